"""Assets as answers show them."""

from datetime import UTC, datetime
from typing import Any

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.document import to_document
from audiolib.domain.model.stored_object import PresignedUrl

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
    """The document without what is ours alone: fence, lease, outbox, idempotency."""
    document = to_document(asset)
    shown = {"id": str(asset.id)} | {name: document[name] for name in _SHOWN}
    for name in ("created_at", "updated_at"):
        shown[name] = time_shape(document[name])
    return shown | {"storage": storage_shape(asset, url)}


def time_shape(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
