"""What an object carries of its asset, so that documents can be rebuilt from a bucket alone."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from audiolib.domain.documents.asset_document import (
    Document,
    from_document,
    metadata_document,
)
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import InvalidRequestError, UnreadableDocumentError
from audiolib.domain.model.identifiers import ObjectKey

LARGEST = 1_850
"""Bytes of the one attribute: S3 takes 2 KiB of metadata in all, names included."""

_NAME = "asset"
_DECODE_ERRORS = (
    *(KeyError, ValueError, TypeError, binascii.Error, zlib.error),
    *(InvalidRequestError, UnreadableDocumentError),
)
_UNKNOWN = {
    "text": "(unknown)",
    "voice": "(unknown)",
    "voice_name": "(unknown)",
    "model": "(unknown)",
}


@attrs.frozen(kw_only=True)
class AssetManifest:
    """An asset as its object's attributes describe it: pending, without size or digest.

    `duration` in seconds is what the saving client said; `complete` is False where something had
    to be left out to fit.
    """

    asset: AudioAsset
    duration: float | None
    complete: bool


def encode_manifest(asset: AudioAsset, duration: float | None) -> dict[str, str]:
    """The asset's own part of its document as zlib-compressed JSON in base64url.

    S3 shows it to the holder of a presigned URL, so it has neither the source's URL nor the
    idempotency key. Where it is more than fits, the text is cut first, then description, tags and
    folder are left out.
    """
    for document in _shorten(_manifest_of(asset, duration)):
        packed = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        value = base64.urlsafe_b64encode(zlib.compress(packed)).decode()
        if len(value) <= LARGEST:
            return {_NAME: value}
    return {}


def decode_manifest(key: ObjectKey, attributes: Mapping[str, str], *, bucket: str) -> AssetManifest:
    """Return the asset of an object; without readable attributes, what its key contains."""
    try:
        carried = json.loads(zlib.decompress(base64.urlsafe_b64decode(attributes[_NAME])))
        return _decode(key, carried, bucket)
    except _DECODE_ERRORS:
        return _decode(key, _from_key(key), bucket)


def _manifest_of(asset: AudioAsset, duration: float | None) -> Document:
    return {
        "metadata": metadata_document(asset.metadata),
        "created_at": asset.created_at.isoformat(),
        "duration": duration,
    }


def _shorten(document: Document) -> Iterator[Document]:
    yield document
    metadata = document["metadata"]
    custom = metadata["custom"]
    # A text that is cut inside the blanks it begins with would be none.
    text, length = custom["text"].lstrip(), 4096
    while length > 8:
        yield _without(document, custom=custom | {"text": text[:length]})
        length = length * 3 // 4
    custom = custom | {"text": text[:8]}
    bare: Document = {"description": "", "tags": [], "folder": None}
    yield _without(document, custom=custom, **bare)
    title = metadata["title"][:60]
    yield _without(document, custom=custom, title=title, **bare)


def _without(document: Document, **metadata: Any) -> Document:
    return document | {"metadata": document["metadata"] | metadata, "complete": False}


def _decode(key: ObjectKey, carried: Mapping[str, Any], bucket: str) -> AssetManifest:
    storage = {
        "bucket": bucket,
        "key": str(key.prefix),
        # Objects written by version 0.1 still carry these two.
        "original_url": carried.get("original_url", ""),
    }
    asset = from_document(
        {
            "asset_id": str(key.prefix.asset_id),
            "customer_id": key.prefix.tenant.customer_id,
            "user_id": key.prefix.tenant.user_id,
            "size": 0,
            "state": AssetState.PENDING.value,
            "storage": storage,
            "metadata": carried["metadata"],
            "idempotency": carried.get("idempotency"),
            "created_at": carried["created_at"],
        }
    )
    return AssetManifest(
        asset=asset, duration=carried["duration"], complete=carried.get("complete", True)
    )


def _from_key(key: ObjectKey) -> Document:
    return {
        "metadata": {"title": f"Recovered {key.prefix.asset_id}", "custom": _UNKNOWN},
        "created_at": _uuid7_time(str(key.prefix.asset_id)).isoformat(),
        "duration": None,
        "complete": False,
    }


def _uuid7_time(asset_id: str) -> datetime:
    """The time in a UUIDv7 (RFC 9562, section 5.7); other versions contain none."""
    millis = int(asset_id.replace("-", "")[:12], 16) if asset_id[14] == "7" else 0
    return datetime.fromtimestamp(millis / 1000, UTC)
