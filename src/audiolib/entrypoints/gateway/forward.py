"""A request to one of our services, and its answer back; bodies stream both ways."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

import aiohttp
from aiohttp import web
from yarl import URL

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.gateway.keys import UPSTREAM
from audiolib.entrypoints.gateway.passing_headers import to_client, to_service
from audiolib.entrypoints.json_body import LARGEST_BODY
from audiolib.entrypoints.problem import (
    BodyTooLargeError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)

_PIECE = 256 * 1024
_STALL_SECONDS = 120
_log = logging.getLogger("audiolib.gateway")


async def forward(
    request: web.Request, url: str, identity: Mapping[str, str], more: Mapping[str, str]
) -> web.StreamResponse:
    """`url` is sent as it is; `identity` goes to the service, `more` to the client.

    Raises: BodyTooLargeError, UpstreamUnavailableError, UpstreamTimeoutError.
    """
    headers = to_service(request)
    headers.update(identity)
    body = _Body(request)
    if request.can_read_body and request.content_length is not None:
        headers["Content-Length"] = str(request.content_length)
    try:
        async with request.app[UPSTREAM].request(
            request.method,
            URL(url, encoded=True),
            headers=headers,
            data=body if request.can_read_body else None,
            allow_redirects=False,
        ) as answer:
            return await _answered(request, answer, more)
    except (aiohttp.ClientError, TimeoutError, OSError) as failed:
        if body.refused is not None:
            raise body.refused from failed
        _log.warning("no answer from %s: %s", url.partition("?")[0], type(failed).__name__)
        if isinstance(failed, TimeoutError):
            raise UpstreamTimeoutError from failed
        raise UpstreamUnavailableError from failed


class _Body:
    """The request's body, counted; `refused` is why it was not sent to its end."""

    def __init__(self, request: web.Request) -> None:
        if (request.content_length or 0) > LARGEST_BODY:
            raise BodyTooLargeError
        self._request = request
        self.refused: AudioLibraryError | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in self._request.content.iter_any():
                size += len(piece)
                if size > LARGEST_BODY:
                    raise BodyTooLargeError
                yield piece
        except AudioLibraryError as refused:
            self.refused = refused
            raise


async def _answered(
    request: web.Request, answer: aiohttp.ClientResponse, more: Mapping[str, str]
) -> web.StreamResponse:
    if answer.status == 401:
        # Who the caller is has been settled here: the services don't know each other.
        _log.error("the service refuses the gateway: do INTERNAL_KEY and GENERATOR_TOKEN agree?")
        raise UpstreamUnavailableError
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=to_client(answer.headers)
    )
    response.headers.update(more)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_chunked(_PIECE):
            async with asyncio.timeout(_STALL_SECONDS):
                await response.write(piece)
    except (aiohttp.ClientError, TimeoutError, OSError) as failed:
        # Once the status is out, a body that ends early is all there is to say it with.
        _log.warning("an answer was broken off: %s", type(failed).__name__)
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response
