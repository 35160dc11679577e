"""Documents as other programs and other versions write them."""

from collections.abc import Mapping
from typing import Any, Protocol

from audiolib.testing.contracts.samples import NOW, TENANT, new_id

Document = dict[str, Any]


class RawDocuments(Protocol):
    """What a contract's subclass offers: documents put and read as they are."""

    async def put(self, document: Document) -> None:
        """Put a document in place."""

    async def get(self, asset_id: str) -> Mapping[str, Any]:
        """The document as it is stored."""


def by_another_program(**changes: Any) -> Document:
    """The agreed shape, without internal fields."""
    asset_id = str(new_id())
    return {
        "_id": asset_id,
        "asset_id": asset_id,
        "customer_id": TENANT.customer_id,
        "user_id": TENANT.user_id,
        "type": "audio",
        "name": "Audio - Hello",
        "size": 12345,
        "duration": 2.5,
        "storage": {
            "bucket": "audio-assets",
            "key": f"{TENANT}/audio/{asset_id}.wav",
            "url": "https://s3.test/x",
            "original_url": "/temp/audio_xyz.wav",
        },
        "metadata": {
            "title": "Hello",
            "description": "Generated with Kokoro",
            "tags": ["test"],
            "custom": {
                "text": "Hello",
                "voice": "kokoro-82m",
                "voice_name": "Kokoro",
                "language": "en",
                "speed": 1.0,
                "model": "kokoro-82m",
                "status": "saved",
                "theirs": "a field that we don't know",
            },
        },
        "created_at": NOW,
        "of_their_own": {"kept": True},
        **changes,
    }
