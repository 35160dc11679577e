"""The asset as a document, in the shape agreed with its other readers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from audiolib.domain.documents.asset_document import Document, from_document, to_document
from audiolib.domain.model.asset import AssetState, AudioAsset, SaveAttempt
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.testing.contracts.samples import METADATA, NOW, pending, promise, ready_from, seconds

AGREED = {
    "": ["_id", "asset_id", "customer_id", "user_id", "type", "name", "size", "duration"],
    "storage": ["bucket", "key", "url", "url_expires_at", "original_url"],
    "metadata": ["title", "description", "tags", "folder", "custom"],
    "custom": ["text", "voice", "voice_name", "language", "speed", "model", "status"],
}
OURS = {
    *(
        "content_type",
        "sha256",
        "audio",
        "block_crc32",
        "state",
        "fence",
        "lease_until",
        "cleanup",
        "tombstone",
    ),
    *("idempotency", "created_at", "updated_at", "version", "trashed_at", "schema_version"),
}
UUID = "0190a0a0-0b0c-7d0d-8e0e-0123456789ab"


def aborted() -> AudioAsset:
    return pending().aborted(now=NOW + seconds(9), purge_after=timedelta(days=7))


def unnamed() -> AudioAsset:
    asset = pending()
    bare = attrs.evolve(asset.storage, original=None, original_url="")
    return attrs.evolve(asset, storage=bare, attempt=SaveAttempt())


STATES: dict[str, Callable[[], AudioAsset]] = {
    "pending": pending,
    "ready": lambda: ready_from(pending()),
    "ready and cleaned up": lambda: ready_from(pending(), cleanup=Cleanup()),
    "ready and leased": lambda: ready_from(pending(), cleanup=promise().leased(NOW + seconds(5))),
    "ready and dead": lambda: ready_from(
        pending(), cleanup=attrs.evolve(promise(), state=CleanupState.DEAD, last_error="403 \u2603")
    ),
    "ready and skipped": lambda: ready_from(
        pending(), cleanup=Cleanup(state=CleanupState.SKIPPED, since=NOW)
    ),
    "aborted": aborted,
    "aborted without a key": lambda: unnamed().aborted(now=NOW),
    "without whatever may be absent": unnamed,
    "trashed": lambda: attrs.evolve(
        ready_from(pending()), state=AssetState.TRASHED, trashed_at=NOW, version=3
    ),
}


def by_another_program(**changes: Any) -> Document:
    document = {
        "_id": UUID,
        "asset_id": UUID,
        "customer_id": "acme",
        "user_id": "ann",
        "type": "audio",
        "name": "Audio - Morning",
        "size": 32_044,
        "duration": 1.5,
        "storage": {
            "bucket": "audio-assets",
            "key": f"acme/ann/audio/{UUID}.wav",
            "url": "https://s3.test/x",
            "url_expires_at": "2030-01-02T12:45:00Z",
            "original_url": "/temp/morning.wav",
        },
        "metadata": {
            "title": "Morning",
            "description": "Two\nlines",
            "tags": ["news"],
            "folder": "Inbox",
            "custom": {
                "text": "Good morning.",
                "voice": "kokoro-82m",
                "voice_name": "Kokoro",
                "language": "en",
                "speed": 1,
                "model": "kokoro-v1.0",
                "status": "saved",
            },
        },
        "created_at": "2030-01-02T12:30:15.250Z",
    }
    return document | changes


def written(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def without_zone(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_zone(each) for name, each in value.items()}
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.mark.parametrize("make", STATES.values(), ids=STATES.keys())
@pytest.mark.parametrize("keep", [lambda document: document, written, without_zone])
def test_an_asset_is_read_back_as_it_was_written(
    make: Callable[[], AudioAsset], keep: Callable[[Document], Document]
) -> None:
    asset = make()
    assert from_document(keep(to_document(asset))) == asset


def test_the_agreed_part_has_exactly_its_fields_in_order() -> None:
    document = to_document(ready_from(pending()))
    metadata = document["metadata"]
    assert [*document][:10] == [*AGREED[""], "storage", "metadata"]
    assert {*document} == {*AGREED[""], "storage", "metadata"} | OURS
    assert [*document["storage"]] == [*AGREED["storage"], "original_base"]
    assert [*metadata] == AGREED["metadata"]
    assert [*metadata["custom"]] == AGREED["custom"]


def test_the_agreed_part_of_a_ready_asset_has_its_values() -> None:
    asset = ready_from(pending())
    document = to_document(asset)
    assert document["_id"] == document["asset_id"] == str(asset.id)
    assert (document["customer_id"], document["user_id"]) == ("acme", "ann")
    assert (document["type"], document["name"]) == ("audio", "Audio - A test")
    assert (document["size"], document["duration"]) == (32_044, 1.0625)
    assert document["storage"] == {
        "bucket": "audio-assets",
        "key": f"acme/ann/audio/{asset.id}.wav",
        "url": asset.storage.url,
        "url_expires_at": asset.storage.url_expires_at,
        "original_url": asset.storage.original_url,
        "original_base": "http://generator.test",
    }
    assert document["metadata"]["tags"] == ["news", "a.b"]
    assert document["metadata"]["custom"] == attrs.asdict(METADATA.speech) | {"status": "saved"}


@pytest.mark.parametrize(
    ("make", "status"), [(pending, "saving"), (aborted, "aborted"), (STATES["trashed"], "trashed")]
)
def test_the_status_tells_other_readers_what_is_not_saved(
    make: Callable[[], AudioAsset], status: str
) -> None:
    assert to_document(make())["metadata"]["custom"]["status"] == status


def test_an_intent_shows_the_stem_of_its_key_and_no_object() -> None:
    intent = pending()
    assert to_document(intent)["storage"]["key"] == str(intent.key_prefix)
    assert from_document(to_document(intent)).storage.key is None


def test_a_key_that_was_released_is_absent_not_null() -> None:
    assert [*to_document(aborted())["idempotency"]] == ["fingerprint"]
    assert to_document(unnamed())["idempotency"] is None


def test_a_document_by_another_program_counts_as_ready() -> None:
    asset = from_document(by_another_program())
    assert (asset.state, asset.version, asset.attempt.fence) == (AssetState.READY, 1, "")
    assert str(asset.key) == f"acme/ann/audio/{UUID}.wav"
    assert asset.created_at == asset.updated_at == NOW
    assert asset.storage.url_expires_at == datetime(2030, 1, 2, 12, 45, tzinfo=UTC)
    assert asset.metadata.speech.voice_name == "Kokoro"
    assert (asset.storage.original, asset.attempt) == (None, SaveAttempt())
    assert asset.cleanup == Cleanup()
    assert from_document(to_document(asset)) == asset


@pytest.mark.parametrize(
    "moment", [NOW, NOW.replace(tzinfo=None), "2030-01-02T12:30:15.250", NOW.isoformat()]
)
def test_times_are_read_as_datetimes_or_as_text_and_are_utc_unless_they_say(moment: Any) -> None:
    assert from_document(by_another_program(created_at=moment)).created_at == NOW
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    assert from_document(by_another_program(created_at=there)).created_at == NOW


def test_what_another_program_left_out_of_the_metadata_is_empty() -> None:
    custom = by_another_program()["metadata"]["custom"]
    custom = {name: custom[name] for name in ("text", "voice", "voice_name", "model")}
    found = from_document(by_another_program(metadata={"title": "Bare", "custom": custom}))
    assert found.metadata == Metadata(title="Bare", description="", speech=Speech(**custom))


@pytest.mark.parametrize("key", ["../../etc/passwd", "acme/ann/audio/x.wav", f"{UUID}.wav"])
def test_a_document_never_leads_to_a_bad_key(key: str) -> None:
    storage = by_another_program()["storage"] | {"key": key}
    with pytest.raises(UnreadableDocumentError):
        from_document(by_another_program(storage=storage))
