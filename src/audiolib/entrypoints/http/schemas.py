"""Assets as answers show them, and the JSON Schema of these answers."""

from datetime import UTC, datetime
from typing import Any

from audiolib.domain.documents.asset_document import to_document
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.links import PresignedUrl
from audiolib.entrypoints.http.openapi import Json, object_schema

_SHOWN = (
    "asset_id",
    "customer_id",
    "user_id",
    "type",
    "name",
    "size",
    "duration",
    "metadata",
    "content_type",
    "sha256",
    "audio",
    "state",
    "created_at",
    "updated_at",
    "version",
)


def storage_shape(asset: AudioAsset, url: PresignedUrl) -> dict[str, Any]:
    """Where the bytes are, with a link that was signed for this answer."""
    return {
        "bucket": asset.storage.bucket,
        "key": str(asset.key),
        "url": url.url,
        "url_expires_at": time_shape(url.expires_at),
        "original_url": asset.storage.original_url,
    }


def asset_shape(asset: AudioAsset, url: PresignedUrl) -> dict[str, Any]:
    """Return the document without its internal fields: fence, lease, outbox, idempotency."""
    document = to_document(asset)
    shown = {"id": str(asset.id)} | {name: document[name] for name in _SHOWN}
    for name in ("created_at", "updated_at"):
        shown[name] = time_shape(document[name])
    return shown | {"storage": storage_shape(asset, url)}


def time_shape(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_TIME: Json = {"type": "string", "format": "date-time"}
_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}

STORAGE: Json = object_schema(
    ("bucket", "key", "url", "url_expires_at", "original_url"),
    bucket=_TEXT,
    key=_TEXT,
    url={"type": "string", "format": "uri"},
    url_expires_at=_TIME,
    original_url=_TEXT,
)
_CUSTOM = object_schema(
    ("text", "voice", "voice_name", "language", "speed", "model", "status"),
    text=_TEXT,
    voice=_TEXT,
    voice_name=_TEXT,
    language=_TEXT,
    speed={"type": "number"},
    model=_TEXT,
    status=_TEXT,
)
_METADATA = object_schema(
    ("title", "description", "tags", "folder", "custom"),
    title=_TEXT,
    description=_TEXT,
    tags={"type": "array", "items": _TEXT},
    folder=_MAYBE_TEXT,
    custom=_CUSTOM,
)
ASSET: Json = object_schema(
    (
        *("id", "asset_id", "customer_id", "user_id", "type", "name", "size", "duration"),
        *("metadata", "content_type", "sha256", "audio", "state", "created_at", "updated_at"),
        *("version", "storage"),
    ),
    id=_TEXT,
    asset_id=_TEXT,
    customer_id=_TEXT,
    user_id=_TEXT,
    type={"const": "audio"},
    name=_TEXT,
    size={"type": "integer", "description": "bytes"},
    duration={"type": ["number", "null"], "description": "seconds"},
    metadata=_METADATA,
    content_type=_MAYBE_TEXT,
    sha256=_MAYBE_TEXT,
    audio={"type": ["object", "null"]},
    state=_TEXT,
    created_at=_TIME,
    updated_at=_TIME,
    version={"type": "integer"},
    storage=STORAGE,
)
