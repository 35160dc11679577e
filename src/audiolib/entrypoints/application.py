"""What every service's application is made of."""

from aiohttp import web

from audiolib.entrypoints.access_log import access_log
from audiolib.entrypoints.hygiene import keep_clean
from audiolib.entrypoints.json_body import LARGEST_BODY
from audiolib.entrypoints.problem import problems
from audiolib.entrypoints.tracing import tell_request_id, traced


def new_application() -> web.Application:
    """Names requests, logs them, turns errors into problem details, and keeps answers clean."""
    app = web.Application(middlewares=[traced, access_log, problems], client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(tell_request_id)
    app.on_response_prepare.append(keep_clean)
    return app
