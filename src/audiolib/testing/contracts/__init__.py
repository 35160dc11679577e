# ruff: noqa: E402 - pytest must know what to rewrite before it is imported
"""One abstract test class per port: subclass it, override its fixtures, and it runs.

    class TestMyStore(ObjectStoreContract):
        @pytest.fixture
        async def store(self):
            ...

Needs the extra `audiolib[testing]`. Each class's docstring names what there is to override.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "api_key_store",
            "audio_inspector",
            "audio_samples",
            "audio_source",
            "broken_backend",
            "cleanup_outbox",
            "cleanup_outbox_claim",
            "document_schema",
            "intent_log",
            "inventory",
            "metadata_repo",
            "metadata_repo_begin",
            "metadata_repo_commit",
            "metadata_repo_insert",
            "metadata_repo_outage",
            "metadata_repo_page",
            "object_store",
            "object_store_attributes",
            "object_store_hooks",
            "object_store_links",
            "object_store_listing",
            "object_store_outage",
            "object_store_reading",
            "object_store_writing",
            "raw_documents",
            "speech_synthesizer",
            "temp_cleaner",
            "temp_file_store",
            "usage_store",
        )
    )
)

from audiolib.testing.contracts.api_key_store import ApiKeyStoreContract
from audiolib.testing.contracts.audio_inspector import AudioInspectorContract
from audiolib.testing.contracts.audio_samples import AudioSample
from audiolib.testing.contracts.audio_source import AudioSourceContract
from audiolib.testing.contracts.cleanup_outbox import CleanupOutboxContract
from audiolib.testing.contracts.document_schema import DocumentSchemaContract
from audiolib.testing.contracts.intent_log import IntentLogContract
from audiolib.testing.contracts.inventory import InventoryContract
from audiolib.testing.contracts.metadata_repo import MetadataRepoContract
from audiolib.testing.contracts.object_store import ObjectStoreContract
from audiolib.testing.contracts.raw_documents import RawDocuments
from audiolib.testing.contracts.speech_synthesizer import SpeechSynthesizerContract
from audiolib.testing.contracts.temp_cleaner import TempCleanerContract
from audiolib.testing.contracts.temp_file_store import TempFileStoreContract
from audiolib.testing.contracts.usage_store import UsageStoreContract

__all__ = [
    "ApiKeyStoreContract",
    "AudioInspectorContract",
    "AudioSample",
    "AudioSourceContract",
    "CleanupOutboxContract",
    "DocumentSchemaContract",
    "IntentLogContract",
    "InventoryContract",
    "MetadataRepoContract",
    "ObjectStoreContract",
    "RawDocuments",
    "SpeechSynthesizerContract",
    "TempCleanerContract",
    "TempFileStoreContract",
    "UsageStoreContract",
]
