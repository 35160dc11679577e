"""Which headers go through the gateway."""

from collections.abc import Mapping

from aiohttp import web
from multidict import CIMultiDict

from audiolib.entrypoints.tracing import trace_headers

# What a request may say to our services. An identity, whatever its spelling, is not among it,
# nor anything that only concerns the connection.
_TO_SERVICES = frozenset(
    {
        "accept",
        "accept-language",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
        "user-agent",
        "tracestate",
    }
)
# RFC 9110, section 7.6.1, and what the gateway says itself.
_NOT_TO_CLIENTS = frozenset(
    {
        "connection",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-request-id",
    }
)


def to_service(request: web.Request) -> CIMultiDict[str]:
    """New headers: those of the request that our services know, and the names of its trace.

    None is dropped because the request's own `Connection` names it.
    """
    headers = CIMultiDict[str](trace_headers())
    for name, value in request.headers.items():
        if name.lower() in _TO_SERVICES:
            headers.add(name, value)
    headers["Accept-Encoding"] = "identity"
    return headers


def to_client(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """All that a service said, but what concerned its connection alone."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in _NOT_TO_CLIENTS | named
    )
