"""One line a request; never a query string, a header or a body."""

import logging
import time

from aiohttp import web

from audiolib.entrypoints.problem import Handler

_log = logging.getLogger("audiolib.access")


@web.middleware
async def access_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Method, route, status, milliseconds."""
    began = time.perf_counter()
    status = 0
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "unmatched"
        _log.info(
            "%s %s %s %.1f ms", request.method, route, status, (time.perf_counter() - began) * 1e3
        )
