"""The asset as a document: one shape for MongoDB and SQLite, agreed with its other readers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset, SaveAttempt, Storage, Tombstone
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.checksums import BlockChecksums
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.idempotency import Idempotency
from audiolib.domain.model.identifiers import AssetId, ObjectKey, TempName
from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.domain.model.temp_file import TempFile
from audiolib.domain.model.tenant import Tenant

Document = dict[str, Any]

SCHEMA_VERSION = 1
_STATUS = {AssetState.READY: "saved", AssetState.PENDING: "saving"}


def to_document(asset: AudioAsset) -> Document:
    """Times stay datetimes; a store without them writes them down in ISO 8601."""
    storage, metadata = asset.storage, metadata_document(asset.metadata)
    metadata["custom"]["status"] = status_of(asset.state)
    return {
        "_id": str(asset.id),
        "asset_id": str(asset.id),
        "customer_id": asset.tenant.customer_id,
        "user_id": asset.tenant.user_id,
        "type": "audio",
        "name": asset.name,
        "size": asset.size,
        "duration": asset.duration,
        "storage": {
            "bucket": storage.bucket,
            "key": str(storage.key or asset.key_prefix),
            "url": storage.url,
            "url_expires_at": storage.url_expires_at,
            "original_url": storage.original_url,
            "original_base": storage.original and storage.original.base,
        },
        "metadata": metadata,
        "content_type": asset.content_type,
        "sha256": asset.sha256,
        "audio": asset.audio and _facts(asset.audio),
        "block_crc32": asset.blocks and asset.blocks.encoded,
        "state": asset.state.value,
        "fence": asset.attempt.fence,
        "lease_until": asset.attempt.lease_until,
        "cleanup": attrs.asdict(asset.cleanup) | {"state": asset.cleanup.state.value},
        "idempotency": _idempotency_document(asset.attempt.idempotency),
        "tombstone": asset.attempt.tombstone and attrs.asdict(asset.attempt.tombstone),
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "version": asset.version,
        "trashed_at": asset.trashed_at,
        "schema_version": SCHEMA_VERSION,
    }


def metadata_document(metadata: Metadata) -> Document:
    """Return what people say of an asset, as its document has it."""
    speech = metadata.speech
    return {
        "title": metadata.title,
        "description": metadata.description,
        "tags": list(metadata.tags),
        "folder": metadata.folder,
        "custom": {
            "text": speech.text,
            "voice": speech.voice,
            "voice_name": speech.voice_name,
            "language": speech.language,
            "speed": speech.speed,
            "model": speech.model,
        },
    }


def status_of(state: AssetState) -> str:
    """Return the state as other readers of the document know it."""
    return _STATUS.get(state, state.value)


def from_document(document: Mapping[str, Any]) -> AudioAsset:
    """Reads what to_document wrote, and documents of the agreed shape by other programs, which
    have none of the fields after `metadata`: those count as ready.

    Raises: UnreadableDocumentError.
    """
    version = version_of(document)
    if version > SCHEMA_VERSION:
        raise UnreadableDocumentError(f"it has schema {version}, we read up to {SCHEMA_VERSION}")
    try:
        return _read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as strange:
        reason = f"{type(strange).__name__}: {strange}"
        raise UnreadableDocumentError(
            f"document {document.get('_id')}: {reason}"[:300]
        ) from strange


def version_of(document: Mapping[str, Any]) -> int:
    """Its schema's version; 0 for documents by other programs, which have none."""
    version = document.get("schema_version")
    return version if isinstance(version, int) else 0


def _read(document: Mapping[str, Any]) -> AudioAsset:
    storage, metadata = document["storage"], document["metadata"]
    speech = {field.name: metadata["custom"].get(field.name) for field in attrs.fields(Speech)}
    state = AssetState(document.get("state", "ready"))
    return AudioAsset(
        id=AssetId(document["asset_id"]),
        tenant=_tenant(document),
        state=state,
        metadata=Metadata(
            title=metadata["title"],
            description=metadata.get("description") or "",
            tags=tuple(metadata.get("tags") or ()),
            folder=metadata.get("folder"),
            speech=Speech(**{name: value for name, value in speech.items() if value is not None}),
        ),
        storage=Storage(
            bucket=storage["bucket"],
            key=_key(document, state),
            url=storage.get("url"),
            url_expires_at=_time(storage.get("url_expires_at")),
            original=_temp_file(storage),
            original_url=storage.get("original_url") or "",
        ),
        size=document["size"],
        sha256=document.get("sha256"),
        duration=document.get("duration"),
        content_type=document.get("content_type"),
        audio=_audio(document.get("audio")),
        blocks=_blocks(document.get("block_crc32")),
        attempt=SaveAttempt(
            fence=document.get("fence") or "",
            lease_until=_time(document.get("lease_until")),
            idempotency=_idempotency(document.get("idempotency")),
            tombstone=_tombstone(document.get("tombstone")),
        ),
        cleanup=_cleanup(document.get("cleanup") or {}),
        created_at=_moment(document["created_at"]),
        updated_at=_moment(document.get("updated_at") or document["created_at"]),
        version=document.get("version", 1),
        trashed_at=_time(document.get("trashed_at")),
    )


def _tenant(document: Mapping[str, Any]) -> Tenant:
    return Tenant(customer_id=document["customer_id"], user_id=document["user_id"])


def _key(document: Mapping[str, Any], state: AssetState) -> ObjectKey | None:
    if state in (AssetState.PENDING, AssetState.ABORTED):
        return None
    return ObjectKey.parse(document["storage"]["key"])


def _temp_file(storage: Mapping[str, Any]) -> TempFile | None:
    base, url = storage.get("original_base"), storage.get("original_url") or ""
    return TempFile(base=base, name=TempName(url.rpartition("/")[2])) if base else None


def _facts(facts: AudioProperties) -> Document:
    return {
        "format": facts.format.value,
        "sample_rate": facts.sample_rate,
        "channels": facts.channels,
    }


def _audio(part: Mapping[str, Any] | None) -> AudioProperties | None:
    if part is None:
        return None
    return AudioProperties(
        format=AudioFormat(part["format"]),
        sample_rate=part.get("sample_rate"),
        channels=part.get("channels"),
    )


def _blocks(text: str | None) -> BlockChecksums | None:
    return None if text is None else BlockChecksums.decoded(text)


def _cleanup(part: Mapping[str, Any]) -> Cleanup:
    return Cleanup(
        state=CleanupState(part.get("state", "none")),
        attempts=part.get("attempts", 0),
        since=_time(part.get("since")),
        next_attempt_at=_time(part.get("next_attempt_at")),
        lease_until=_time(part.get("lease_until")),
        etag=part.get("etag"),
        last_error=part.get("last_error"),
    )


def _idempotency(part: Mapping[str, Any] | None) -> Idempotency | None:
    return part and Idempotency(key=part.get("key"), fingerprint=part["fingerprint"])  # type: ignore[return-value]


def _tombstone(part: Mapping[str, Any] | None) -> Tombstone | None:
    return part and Tombstone(since=_moment(part["since"]), purge_at=_moment(part["purge_at"]))  # type: ignore[return-value]


def _idempotency_document(idempotency: Idempotency | None) -> Document | None:
    if idempotency is None:
        return None
    # A released key must be absent, not null: the unique index covers every key that exists.
    key = {} if idempotency.key is None else {"key": idempotency.key}
    return key | {"fingerprint": idempotency.fingerprint}


def _time(value: datetime | str | None) -> datetime | None:
    return None if value is None else _moment(value)


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
