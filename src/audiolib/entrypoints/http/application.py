"""What every service's application is made of."""

from aiohttp import web

from audiolib.entrypoints.http.access_log import access_log
from audiolib.entrypoints.http.json_body import LARGEST_BODY
from audiolib.entrypoints.http.problem_details import Handler, UnsupportedEncodingError, problems
from audiolib.entrypoints.http.request_id import add_request_id_header, request_context
from audiolib.entrypoints.http.security_headers import set_security_headers


def new_application() -> web.Application:
    """Names requests, logs them, turns errors into problem details, and keeps answers clean."""
    app = web.Application(
        middlewares=[request_context, access_log, problems, refuse_encoded_bodies],
        client_max_size=LARGEST_BODY,
    )
    app.on_response_prepare.append(add_request_id_header)
    app.on_response_prepare.append(set_security_headers)
    app.on_response_prepare.append(close_if_body_is_unread)
    return app


@web.middleware
async def refuse_encoded_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing is ever inflated: a small body could become a large one, or end elsewhere for the
    next reader. Raises: UnsupportedEncodingError."""
    for name, value in request.headers.items():
        if name.lower().replace("_", "-") == "content-encoding" and value.lower() != "identity":
            raise UnsupportedEncodingError
    return await handler(request)


async def close_if_body_is_unread(request: web.Request, response: web.StreamResponse) -> None:
    """What is left of a body must not be taken for the connection's next request."""
    if not request.content.is_eof():
        response.force_close()
        response.headers["Connection"] = "close"
