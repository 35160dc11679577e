"""GET and HEAD of /audio-library/{id}/audio, and of signed links to embedded audio."""

import logging
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError, ObjectNotFoundError
from audiolib.domain.model.links import SignedLink, attachment
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.entrypoints.asset_service.app_keys import LIBRARY, LINK_SECRETS, SETTINGS, STREAMS
from audiolib.entrypoints.asset_service.identity import asset_id_of, tenant_of
from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.conditional_requests import matches, range_of
from audiolib.entrypoints.http.response_stream import send_body
from audiolib.ports.object_store import OpenedObject

_log = logging.getLogger("audiolib.http")
_SAFE = {
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def listen(request: web.Request) -> web.StreamResponse:
    """The audio, whole or in part; HEAD costs no look at the store."""
    asset = await request.app[LIBRARY].get(tenant_of(request), asset_id_of(request))
    etag = f'"{asset.sha256 or asset.version}"'
    headers = {
        **_SAFE,
        "ETag": etag,
        "Content-Disposition": attachment(asset.filename),
        "Cache-Control": "private, no-cache",
    }
    if matches(request.headers.get("If-None-Match"), etag):
        return web.Response(status=304, headers=headers)
    content_type = asset.content_type or "application/octet-stream"
    if request.method == "HEAD":
        return _head(asset.size, headers, content_type)
    part = range_of(request.headers.get("Range"), request.headers.get("If-Range"), etag)
    async with (
        request.app[STREAMS].slot(asset.tenant),
        request.app[LIBRARY].listen.open(asset, part) as opened,
    ):
        return await _stream(request, opened, part, headers, content_type)


async def follow_link(request: web.Request) -> web.StreamResponse:
    """Serve an embedded store's presigned URL, which needs no identity.

    Raises: ObjectNotFoundError for a link that is wrong, expired, or leads nowhere.
    """
    link = SignedLink.opened(
        request.match_info["key"],
        request.query,
        secrets=request.app[LINK_SECRETS](),
        now=utc_now(),
    )
    if link is None:
        raise ObjectNotFoundError("invalid or expired link")
    headers = {
        **_SAFE,
        "Content-Disposition": attachment(link.filename),
        "Cache-Control": "private, no-store",
    }
    if request.method == "HEAD":
        described = await request.app[LIBRARY].ports.store.head(link.key)
        return _head(described.size, headers, link.content_type)
    part = range_of(request.headers.get("Range"), None, "")
    async with (
        request.app[STREAMS].slot(link.key.prefix.tenant),
        request.app[LIBRARY].listen.open_link(link.key, part) as opened,
    ):
        return await _stream(request, opened, part, headers, link.content_type)


def _head(size: int, headers: Mapping[str, str], content_type: str) -> web.StreamResponse:
    """Of the whole: a Range means something to GET alone (RFC 9110, section 14.2)."""
    # aiohttp sends no body in answer to HEAD, and lets only a stream's length be told.
    response = web.StreamResponse(headers=headers)
    _describe(response, Slice(start=0, stop=size), size, None, content_type)
    return response


async def _stream(
    request: web.Request,
    opened: OpenedObject,
    part: ByteRange | None,
    headers: Mapping[str, str],
    content_type: str,
) -> web.StreamResponse:
    # What is wrong with the first bytes can still be said by a status.
    first = await anext(opened.chunks, b"")
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    _describe(response, opened.part, opened.size, part, content_type)
    await response.prepare(request)
    failed = await send_body(
        request,
        response,
        _after(first, opened.chunks),
        min_rate=request.app[SETTINGS].load.download_min_rate,
    )
    if isinstance(failed, AudioLibraryError):
        log_event(_log, logging.ERROR, "download failed", code=failed.code, reason=failed)
    elif failed is not None:
        log_event(_log, logging.INFO, "download broken off", error=type(failed).__name__)
    return response


async def _after(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


def _describe(
    response: web.StreamResponse, cut: Slice, size: int, part: ByteRange | None, content_type: str
) -> None:
    response.content_type = content_type
    response.content_length = cut.length
    if part is not None:
        response.headers["Content-Range"] = f"bytes {cut.start}-{cut.stop - 1}/{size}"
