"""GET and HEAD of /audio-library/{id}/audio, and of signed links to embedded audio."""

from aiohttp import web

from audiolib.domain.model.errors import ObjectNotFoundError
from audiolib.domain.model.links import SignedLink, attachment
from audiolib.entrypoints.asset_service.app_keys import LIBRARY, LINK_SECRETS, SETTINGS, STREAMS
from audiolib.entrypoints.asset_service.identity import asset_id_of, tenant_of
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.http.audio_response import head_response, stream_audio
from audiolib.entrypoints.http.conditional_requests import matches, range_of

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
        return head_response(asset.size, headers, content_type)
    part = range_of(request.headers.get("Range"), request.headers.get("If-Range"), etag)
    async with (
        request.app[STREAMS].slot(asset.tenant),
        request.app[LIBRARY].listen.open(asset, part) as opened,
    ):
        return await stream_audio(
            request, opened, part, headers, content_type, min_rate=_min_rate(request)
        )


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
        return head_response(described.size, headers, link.content_type)
    part = range_of(request.headers.get("Range"), None, "")
    async with (
        request.app[STREAMS].slot(link.key.prefix.tenant),
        request.app[LIBRARY].listen.open_link(link.key, part) as opened,
    ):
        return await stream_audio(
            request, opened, part, headers, link.content_type, min_rate=_min_rate(request)
        )


def _min_rate(request: web.Request) -> int:
    return request.app[SETTINGS].load.download_min_rate
