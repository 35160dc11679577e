"""POST /audio-library."""

import logging
import time
from typing import Any

from aiohttp import web

from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.asset_service.app_keys import LIBRARY, SAVED, SAVES
from audiolib.entrypoints.asset_service.identity import tenant_of
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.answers import SavedAsset
from audiolib.entrypoints.http.json_body import json_response, read_fields
from audiolib.entrypoints.http.shapes import asset_shape

_log = logging.getLogger("audiolib.saves")


async def save_audio(request: web.Request) -> web.Response:
    """201 with the new asset, or 200 with the one that an earlier such request made."""
    tenant = tenant_of(request)
    request.app[SAVES].refuse_beyond(tenant)
    fields = await read_fields(request, SaveAudio)
    command = SaveAudio(tenant=tenant, **(fields | _header_key(request, fields)))
    began = time.perf_counter()
    async with request.app[SAVES].slot(tenant):
        saved = await request.app[LIBRARY].save_audio(command)
    request.app[SAVED].set()
    log_event(
        _log,
        logging.INFO,
        "save replayed" if saved.replayed else "save committed",
        customer_id=tenant.customer_id,
        user_id=tenant.user_id,
        asset_id=saved.asset.id,
        bytes=saved.asset.size,
        duration_ms=(time.perf_counter() - began) * 1e3,
    )
    headers = {"Location": f"/audio-library/{saved.asset.id}"}
    if saved.replayed:
        headers["Idempotency-Replayed"] = "true"
    asset = asset_shape(saved.asset, saved.url)
    return json_response(
        SavedAsset(id=asset.id, storage=asset.storage, asset=asset),
        status=200 if saved.replayed else 201,
        headers=headers,
    )


def _header_key(request: web.Request, fields: dict[str, Any]) -> dict[str, str]:
    """The header wins nothing over the field: both must agree. It may be quoted (a structured
    field string, as draft-ietf-httpapi-idempotency-key-header has it) or bare."""
    values = request.headers.getall("Idempotency-Key", [])
    if not values:
        return {}
    key = values[0]
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if len(values) > 1 or fields.get("idempotency_key", key) != key:
        raise InvalidRequestError(FieldError("Idempotency-Key", "is given twice, and differently"))
    return {"idempotency_key": key}
