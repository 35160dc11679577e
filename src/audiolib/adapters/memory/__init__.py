"""Fakes for every port, with nothing but attrs under them; each passes its port's contract."""

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.adapters.memory.audio_source import MemoryAudioSource
from audiolib.adapters.memory.cleanup_outbox import MemoryCleanupOutbox
from audiolib.adapters.memory.document_schema import MemoryDocumentSchema
from audiolib.adapters.memory.intent_log import MemoryIntentLog
from audiolib.adapters.memory.inventory import MemoryInventory
from audiolib.adapters.memory.metadata_repo import MemoryMetadataRepo
from audiolib.adapters.memory.object_store import MemoryObjectStore
from audiolib.adapters.memory.records import MemoryRecords
from audiolib.adapters.memory.speech_synthesizer import ToneSynthesizer
from audiolib.adapters.memory.temp_cleaner import MemoryTempCleaner
from audiolib.adapters.memory.temp_file_store import MemoryTempFileStore
from audiolib.adapters.memory.temp_files import MemoryTempFiles

__all__ = [
    "MemoryAssets",
    "MemoryAudioSource",
    "MemoryCleanupOutbox",
    "MemoryDocumentSchema",
    "MemoryIntentLog",
    "MemoryInventory",
    "MemoryMetadataRepo",
    "MemoryObjectStore",
    "MemoryRecords",
    "MemoryTempCleaner",
    "MemoryTempFileStore",
    "MemoryTempFiles",
    "ToneSynthesizer",
]
