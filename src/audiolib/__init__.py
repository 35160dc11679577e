"""audiolib: turns generated audio into a durable, multi-tenant library.

The library, the commands it takes, and the errors it raises. Nothing heavy is imported here:
`open_library` and `Settings` are imported when they are first used.
"""

from typing import TYPE_CHECKING, Any

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import (
    AssetCorruptError,
    AssetNotFoundError,
    AudioLibraryError,
    AudioTooLargeError,
    CleanupRefusedError,
    CommitUnknownError,
    ConflictError,
    ForbiddenSourceError,
    IdempotencyConflictError,
    IdempotencyInProgressError,
    InsufficientStorageError,
    InvalidError,
    InvalidRequestError,
    LeaseLostError,
    MetadataUnavailableError,
    NotAudioError,
    NotFoundError,
    ObjectExistsError,
    ObjectNotFoundError,
    QuotaExceededError,
    RangeNotSatisfiableError,
    SourceNotFoundError,
    SourceTruncatedError,
    SourceUnavailableError,
    SpeechUnavailableError,
    StorageUnavailableError,
    UnavailableError,
    UnreadableDocumentError,
    WeakStoreError,
)
from audiolib.domain.model.identifiers import AssetId, ObjectKey
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.objects import ByteRange
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.temp_file import AllowedSources, TempFile
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.audio_library import AudioLibrary
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavedAudio, SavePolicy
from audiolib.domain.use_cases.library.save_command import SaveAudio, SaveRecording

if TYPE_CHECKING:
    from audiolib.entrypoints.bootstrap.library import open_library
    from audiolib.entrypoints.config.settings import Settings

    __version__: str

__all__ = [
    "AllowedSources",
    "AssetCorruptError",
    "AssetId",
    "AssetNotFoundError",
    "AssetState",
    "AudioAsset",
    "AudioLibrary",
    "AudioLibraryError",
    "AudioTooLargeError",
    "BrowseLibrary",
    "ByteRange",
    "CleanUpTempFiles",
    "CleanupRefusedError",
    "CommitUnknownError",
    "ConflictError",
    "ForbiddenSourceError",
    "IdempotencyConflictError",
    "IdempotencyInProgressError",
    "InsufficientStorageError",
    "InvalidError",
    "InvalidRequestError",
    "LeaseLostError",
    "ListenToAudio",
    "MetadataUnavailableError",
    "NotAudioError",
    "NotFoundError",
    "ObjectExistsError",
    "ObjectKey",
    "ObjectNotFoundError",
    "Page",
    "PageRequest",
    "PresignedUrl",
    "QuotaExceededError",
    "RangeNotSatisfiableError",
    "RecoverSaves",
    "SaveAudio",
    "SaveAudioToLibrary",
    "SavePolicy",
    "SaveRecording",
    "SavedAudio",
    "Settings",
    "SourceNotFoundError",
    "SourceTruncatedError",
    "SourceUnavailableError",
    "SpeechUnavailableError",
    "StorageUnavailableError",
    "TempFile",
    "Tenant",
    "UnavailableError",
    "UnreadableDocumentError",
    "WeakStoreError",
    "__version__",
    "open_library",
]


def __getattr__(name: str) -> Any:
    if name == "open_library":
        from audiolib.entrypoints.bootstrap.library import open_library

        return open_library
    if name == "Settings":
        from audiolib.entrypoints.config.settings import Settings

        return Settings
    if name == "__version__":
        from importlib.metadata import version

        return version("audiolib")
    raise AttributeError(f"module 'audiolib' has no attribute {name!r}")
