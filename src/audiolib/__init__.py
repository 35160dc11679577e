"""audiolib: turns generated audio into a durable, multi-tenant library.

The library, the commands it takes, and the errors it raises. All but the errors is imported when
it is first used, so that `import audiolib` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    InvalidTokenError,
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
    TempFileNotFoundError,
    TokenIssuerUnavailableError,
    UnavailableError,
    UnreadableDocumentError,
    VersionConflictError,
    WeakStoreError,
)

if TYPE_CHECKING:
    from audiolib.domain.model.asset import (
        AssetState,
        AudioAsset,
    )
    from audiolib.domain.model.identifiers import (
        AssetId,
        ObjectKey,
    )
    from audiolib.domain.model.links import (
        PresignedUrl,
    )
    from audiolib.domain.model.objects import (
        ByteRange,
    )
    from audiolib.domain.model.paging import (
        Page,
        PageRequest,
    )
    from audiolib.domain.model.temp_file import (
        AllowedSources,
        TempFile,
    )
    from audiolib.domain.model.tenant import (
        Tenant,
    )
    from audiolib.domain.use_cases.audio_library import (
        AudioLibrary,
    )
    from audiolib.domain.use_cases.background.clean_up_temp_files import (
        CleanUpTempFiles,
    )
    from audiolib.domain.use_cases.background.recover_saves import (
        RecoverSaves,
    )
    from audiolib.domain.use_cases.library.browse import (
        BrowseLibrary,
    )
    from audiolib.domain.use_cases.library.listen import (
        ListenToAudio,
    )
    from audiolib.domain.use_cases.library.save_audio import (
        SaveAudioToLibrary,
        SavedAudio,
        SavePolicy,
    )
    from audiolib.domain.use_cases.library.save_command import (
        SaveAudio,
        SaveRecording,
    )
    from audiolib.entrypoints.bootstrap.library import (
        open_library,
    )
    from audiolib.entrypoints.config.parsers import SettingsError
    from audiolib.entrypoints.config.settings import (
        Settings,
    )

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
    "InvalidTokenError",
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
    "SettingsError",
    "SourceNotFoundError",
    "SourceTruncatedError",
    "SourceUnavailableError",
    "SpeechUnavailableError",
    "StorageUnavailableError",
    "TempFile",
    "TempFileNotFoundError",
    "Tenant",
    "TokenIssuerUnavailableError",
    "UnavailableError",
    "UnreadableDocumentError",
    "VersionConflictError",
    "WeakStoreError",
    "__version__",
    "open_library",
]

_MODULES = {
    "domain.model.asset": (
        "AssetState",
        "AudioAsset",
    ),
    "domain.model.identifiers": (
        "AssetId",
        "ObjectKey",
    ),
    "domain.model.links": ("PresignedUrl",),
    "domain.model.objects": ("ByteRange",),
    "domain.model.paging": (
        "Page",
        "PageRequest",
    ),
    "domain.model.temp_file": (
        "AllowedSources",
        "TempFile",
    ),
    "domain.model.tenant": ("Tenant",),
    "domain.use_cases.audio_library": ("AudioLibrary",),
    "domain.use_cases.background.clean_up_temp_files": ("CleanUpTempFiles",),
    "domain.use_cases.background.recover_saves": ("RecoverSaves",),
    "domain.use_cases.library.browse": ("BrowseLibrary",),
    "domain.use_cases.library.listen": ("ListenToAudio",),
    "domain.use_cases.library.save_audio": (
        "SaveAudioToLibrary",
        "SavePolicy",
        "SavedAudio",
    ),
    "domain.use_cases.library.save_command": (
        "SaveAudio",
        "SaveRecording",
    ),
    "entrypoints.bootstrap.library": ("open_library",),
    "entrypoints.config.parsers": ("SettingsError",),
    "entrypoints.config.settings": ("Settings",),
}
_HOME = {name: f"audiolib.{module}" for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("audiolib")
    if name not in _HOME:
        raise AttributeError(f"module 'audiolib' has no attribute {name!r}")
    try:
        value = getattr(import_module(_HOME[name]), name)
    except ModuleNotFoundError as missing:
        raise ImportError(
            f'audiolib.{name} needs {missing.name}: pip install ".[embedded]" in a clone'
        ) from missing
    globals()[name] = value  # found without this function from now on
    return value
