"""One line a request; never a query string, a header or a body."""

import asyncio
import logging
import time

from aiohttp import web

from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.problem_details import Handler

TENANT = web.RequestKey("tenant", Tenant)
"""Whose request it is, once that is known."""
KEY_ID = web.RequestKey("key_id", str)
"""The id of the API key, which is no secret; empty for other credentials."""
BYTES_SENT = web.RequestKey("bytes_sent", int)
"""Bytes of a streamed body that were sent, which may be fewer than its length."""

_CLIENT_CLOSED_REQUEST = 499  # nginx's, for the log alone: nobody is left to read a status
_log = logging.getLogger("audiolib.access")


@web.middleware
async def access_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Method, route, status, milliseconds, bytes of the body, tenant, API key and peer."""
    began = time.perf_counter()
    status = sent = 0
    try:
        response = await handler(request)
        status = response.status
        sent = 0 if request.method == "HEAD" else response.content_length or 0
        return response
    except (ConnectionError, asyncio.CancelledError):
        status = _CLIENT_CLOSED_REQUEST
        raise
    finally:
        resource = request.match_info.route.resource
        tenant = request.get(TENANT)
        log_event(
            _log,
            logging.INFO,
            "request",
            method=request.method,
            route=resource.canonical if resource else "unmatched",
            status=status,
            duration_ms=(time.perf_counter() - began) * 1e3,
            bytes=request.get(BYTES_SENT, sent),
            tenant=f"{tenant.customer_id}/{tenant.user_id}" if tenant else "-",
            key=request.get(KEY_ID) or "-",
            peer=request.remote or "-",
        )
