"""The shapes of answers, as JSON Schema; `shapes.py` makes them."""

from audiolib.entrypoints.openapi import Json, an_object

_TIME: Json = {"type": "string", "format": "date-time"}
_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}

STORAGE: Json = an_object(
    ("bucket", "key", "url", "url_expires_at", "original_url"),
    bucket=_TEXT,
    key=_TEXT,
    url={"type": "string", "format": "uri"},
    url_expires_at=_TIME,
    original_url=_TEXT,
)
_CUSTOM = an_object(
    ("text", "voice", "voice_name", "language", "speed", "model", "status"),
    text=_TEXT,
    voice=_TEXT,
    voice_name=_TEXT,
    language=_TEXT,
    speed={"type": "number"},
    model=_TEXT,
    status=_TEXT,
)
_METADATA = an_object(
    ("title", "description", "tags", "folder", "custom"),
    title=_TEXT,
    description=_TEXT,
    tags={"type": "array", "items": _TEXT},
    folder=_MAYBE_TEXT,
    custom=_CUSTOM,
)
ASSET: Json = an_object(
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
