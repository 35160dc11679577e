"""GET and HEAD of audio: whole or in part, streamed."""

import logging
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.response_stream import send_body
from audiolib.ports.object_store import OpenedObject

_log = logging.getLogger("audiolib.http")


def head_response(size: int, headers: Mapping[str, str], content_type: str) -> web.StreamResponse:
    """Return the answer to HEAD, of the whole: a Range means something to GET alone (RFC 9110,
    section 14.2)."""
    # aiohttp sends no body in answer to HEAD, and lets only a stream's length be told.
    response = web.StreamResponse(headers=headers)
    _describe(response, Slice(start=0, stop=size), size, None, content_type)
    return response


async def stream_audio(
    request: web.Request,
    opened: OpenedObject,
    part: ByteRange | None,
    headers: Mapping[str, str],
    content_type: str,
    *,
    min_rate: int | None,
) -> web.StreamResponse:
    """Send the bytes, to a client that must read `min_rate` bytes a second."""
    # What is wrong with the first bytes can still be said by a status.
    begun = [await anext(opened.chunks, b"")]
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    _describe(response, opened.part, opened.size, part, content_type)
    await response.prepare(request)
    failed = await send_body(request, response, _resume(begun, opened.chunks), min_rate=min_rate)
    if isinstance(failed, AudioLibraryError):
        log_event(_log, logging.ERROR, "download failed", code=failed.code, reason=failed)
    elif failed is not None:
        log_event(_log, logging.INFO, "download broken off", error=type(failed).__name__)
    return response


async def _resume(begun: list[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun.pop()  # and let go of it: a slow client would hold it all the while
    async for chunk in chunks:
        yield chunk


def _describe(
    response: web.StreamResponse, cut: Slice, size: int, part: ByteRange | None, content_type: str
) -> None:
    response.content_type = content_type
    response.content_length = cut.length
    if part is not None:
        response.headers["Content-Range"] = f"bytes {cut.start}-{cut.stop - 1}/{size}"
