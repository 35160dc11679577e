"""GET /audio-library and GET /audio-library/{id}."""

from datetime import timedelta

from aiohttp import web

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.paging import LARGEST_PAGE, PageRequest, Position
from audiolib.entrypoints.asset_service.app_keys import LIBRARY
from audiolib.entrypoints.asset_service.identity import asset_id_of, tenant_of
from audiolib.entrypoints.http.answers import Asset, AssetPage, Link, OneAsset
from audiolib.entrypoints.http.conditional_requests import matches
from audiolib.entrypoints.http.json_body import json_response
from audiolib.entrypoints.http.shapes import asset_shape, time_shape


async def list_audio(request: web.Request) -> web.Response:
    """A page of assets, newest first, and the cursor of the next."""
    tenant = tenant_of(request)
    query = _query(request, "limit", "cursor")
    cursor = query.get("cursor")
    page = await request.app[LIBRARY].page(
        tenant,
        PageRequest(
            limit=_parse_int(query.get("limit", "50"), "limit", LARGEST_PAGE),
            after=None if cursor is None else Position.at(cursor),
        ),
    )
    assets = [await _shape(request, asset) for asset in page.assets]
    return json_response(AssetPage(assets=assets, next_cursor=page.next_cursor))


async def get_audio(request: web.Request) -> web.Response:
    """One asset; 304 when the client has this version of it."""
    tenant, asset_id = tenant_of(request), asset_id_of(request)
    _query(request)
    asset = await request.app[LIBRARY].get(tenant, asset_id)
    # The ETag is the document's, for edits; the link beside it expires, so nobody may keep it.
    headers = {"ETag": f'"{asset.version}"', "Cache-Control": "no-store"}
    if matches(request.headers.get("If-None-Match"), headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return json_response(OneAsset(asset=await _shape(request, asset)), headers=headers)


async def get_url(request: web.Request) -> web.Response:
    """A fresh presigned URL."""
    tenant, asset_id = tenant_of(request), asset_id_of(request)
    text = _query(request, "expires_in").get("expires_in")
    expires_in = None
    if text is not None:
        expires_in = timedelta(seconds=_parse_int(text, "expires_in", 604_800))
    url = await request.app[LIBRARY].presign(tenant, asset_id, expires_in)
    return json_response(
        Link(url=url.url, url_expires_at=time_shape(url.expires_at)),
        headers={"Cache-Control": "no-store"},
    )


async def _shape(request: web.Request, asset: AudioAsset) -> Asset:
    return asset_shape(asset, await request.app[LIBRARY].listen.presign_asset(asset))


def _query(request: web.Request, *allowed: str) -> dict[str, str]:
    faults = [
        FieldError(name, "is not a parameter of this call")
        for name in request.query
        if name not in allowed
    ]
    faults += [
        FieldError(name, "must not be given twice")
        for name in allowed
        if len(request.query.getall(name, [])) > 1
    ]
    if faults:
        raise InvalidRequestError(*faults)
    return dict(request.query)


def _parse_int(text: str, field: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        message = f"must be a whole number from 1 to {most}, not {text[:40]!r}"
        raise InvalidRequestError(FieldError(field, message))
    return int(text)
