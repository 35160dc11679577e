"""What aiohttp would answer itself, in our words."""

import logging
from collections.abc import Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.problem_details import MalformedRequestError, internal_error, problem
from audiolib.entrypoints.http.security_headers import DEFAULT_HEADERS

_log = logging.getLogger("audiolib.http")


class ProblemRequestHandler(web.RequestHandler):
    """Answers a request that can't be parsed with problem details instead of text, and calls
    `on_finished` whenever a response has been written or can't be."""

    on_finished: Callable[[], None]

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Write the response."""
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self.on_finished()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the response; the connection ends with it."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client has gone; aiohttp ends the connection without a word
        if isinstance(exc, HttpProcessingError):
            # Its text shows the line that was not understood, which may be a link's signature.
            log_event(
                _log, logging.INFO, "request refused", code="malformed_request", reason="not HTTP"
            )
            response = problem(MalformedRequestError("the request is not valid HTTP"))
        else:
            _log.error("unexpected error outside of the application", exc_info=exc)
            response = internal_error()
        if request.writer.output_size > 0:
            raise ConnectionError("a response was begun already")
        for name, value in DEFAULT_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Connection"] = "close"
        response.force_close()
        return response
