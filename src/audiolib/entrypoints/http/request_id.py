"""One request's name through all services: X-Request-ID, and the W3C trace context."""

import logging
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar

import attrs
from aiohttp import web
from aiohttp.typedefs import Handler

REQUEST_ID, TRACEPARENT = "X-Request-ID", "traceparent"
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_TRACEPARENT = re.compile(
    r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})", re.ASCII
)


@attrs.frozen(kw_only=True)
class Trace:
    """What a request is called; https://www.w3.org/TR/trace-context/ has the latter's form."""

    request_id: str = "-"
    traceparent: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Trace":
        """The names that the caller gave, where they are well-formed; else new ones."""
        given = headers.get(REQUEST_ID, "")
        caller = _TRACEPARENT.fullmatch(headers.get(TRACEPARENT, ""))
        trace_id, flags = caller.groups() if caller else (secrets.token_hex(16), "00")
        return cls(
            request_id=given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16),
            traceparent=f"00-{trace_id}-{secrets.token_hex(8)}-{flags}",
        )


_CURRENT = ContextVar("trace", default=Trace())  # noqa: B039 - frozen


def trace_headers() -> dict[str, str]:
    """What a call made on behalf of the current request carries; none outside of one."""
    trace = _CURRENT.get()
    if not trace.traceparent:
        return {}
    return {REQUEST_ID: trace.request_id, TRACEPARENT: trace.traceparent}


@web.middleware
async def request_context(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a request its id, which every log line and the answer carry."""
    _CURRENT.set(Trace.of(request.headers))
    return await handler(request)


async def add_request_id_header(_: web.Request, response: web.StreamResponse) -> None:
    """On the way out of every answer, streams included."""
    response.headers.setdefault(REQUEST_ID, _CURRENT.get().request_id)


def with_request_id(record: logging.LogRecord) -> bool:
    """A filter that lets everything pass, and adds `request_id`."""
    record.request_id = _CURRENT.get().request_id
    return True
