"""A request to one of our services, and its answer back."""

import io
import logging
from collections.abc import Callable, Mapping

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.gateway.app_keys import SETTINGS, UPSTREAM
from audiolib.entrypoints.http.json_body import LARGEST_BODY
from audiolib.entrypoints.http.problem_details import (
    BodyTooLargeError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from audiolib.entrypoints.http.request_id import trace_headers
from audiolib.entrypoints.http.response_stream import send_body

_PIECE = 256 * 1024
_log = logging.getLogger("audiolib.gateway")


async def forward(
    request: web.Request,
    url: str,
    *,
    identify: Callable[[bytes], Mapping[str, str]],
    admit: Callable[[int], Mapping[str, str]],
) -> web.StreamResponse:
    """Send the request to `url`, byte for byte, and stream the answer back.

    The body is read whole first: `identify` signs it, and the service gets exactly the bytes that
    were counted. `identify` gives the headers that say whose request it is, from the body; `admit`
    gives headers for the client, from the answer's status, or raises what is answered instead.

    Raises: BodyTooLargeError, UpstreamUnavailableError, UpstreamTimeoutError, what `admit` raises.
    """
    body = await _read_body(request)
    headers = to_service(request)
    headers.update(identify(body))
    if request.body_exists:
        headers["Content-Length"] = str(len(body))
    try:
        async with request.app[UPSTREAM].request(
            request.method,
            URL(url, encoded=True),
            headers=headers,
            data=io.BytesIO(body) if request.body_exists else None,
            allow_redirects=False,
        ) as answer:
            return await _pass_on(request, answer, admit)
    except (aiohttp.ClientError, TimeoutError, OSError) as failed:
        log_event(
            _log,
            logging.WARNING,
            "no answer",
            url=url.partition("?")[0],
            error=type(failed).__name__,
        )
        if isinstance(failed, TimeoutError):
            raise UpstreamTimeoutError from failed
        raise UpstreamUnavailableError from failed


async def _read_body(request: web.Request) -> bytes:
    """Raises: BodyTooLargeError, and what is wrong with the body's framing."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise BodyTooLargeError
    pieces, size = [], 0
    async for piece in request.content.iter_any():
        size += len(piece)
        if size > LARGEST_BODY:
            raise BodyTooLargeError
        pieces.append(piece)
    return b"".join(pieces)


async def _pass_on(
    request: web.Request,
    answer: aiohttp.ClientResponse,
    admit: Callable[[int], Mapping[str, str]],
) -> web.StreamResponse:
    if answer.status == 401:
        # Who the caller is has been settled here: the services don't know each other.
        log_event(
            _log,
            logging.ERROR,
            "gateway refused by a service",
            check="INTERNAL_KEY and GENERATOR_TOKEN must be the same on both sides",
        )
        raise UpstreamUnavailableError
    try:
        headers = admit(answer.status)
    except AudioLibraryError:
        answer.close()  # its body is not read, and nothing unread may stay on a pooled connection
        raise
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=to_client(answer.headers)
    )
    response.headers.update(headers)
    await response.prepare(request)
    failed = await send_body(
        request,
        response,
        answer.content.iter_chunked(_PIECE),
        min_rate=request.app[SETTINGS].load.download_min_rate,
    )
    if failed is not None:
        answer.close()
        log_event(_log, logging.WARNING, "answer broken off", error=type(failed).__name__)
    return response


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
