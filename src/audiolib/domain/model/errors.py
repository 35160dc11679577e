"""Everything that can go wrong, as a small tree; each leaf has a stable code.

HTTP statuses and exit codes are chosen by the entrypoints, never here.
"""

from typing import ClassVar

import attrs


@attrs.frozen
class FieldError:
    """One field of a command or setting, and what is wrong with it."""

    field: str
    message: str


class AudioLibraryError(Exception):
    """Root of the tree.

    `code` is stable and public. `retryable` says whether the same call may succeed later.
    """

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or self.code).splitlines()[0])


class InvalidError(AudioLibraryError, ValueError):
    """What was asked for can never work."""


class NotFoundError(AudioLibraryError, LookupError):
    """What was asked for is not there."""


class ConflictError(AudioLibraryError):
    """What was asked for clashes with what is there."""


class UnavailableError(AudioLibraryError):
    """Something we depend on did not answer, or not as it should."""

    retryable = True


class InvalidRequestError(InvalidError):
    """Some fields break their rules; all of them are named."""

    code = "invalid_request"

    def __init__(self, *faults: FieldError) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


class ForbiddenSourceError(InvalidError):
    """The audio_url does not name a temp file of an allowed generator."""

    code = "forbidden_source"


class NotAudioError(InvalidError):
    """The source's bytes are not audio in a container we take."""

    code = "not_audio"


class AudioTooLargeError(InvalidError):
    """The source has more bytes than one asset may have."""

    code = "audio_too_large"


class RangeNotSatisfiableError(InvalidError):
    """The byte range is outside the audio."""

    code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"the audio has {size} bytes")
        self.size = size


class QuotaExceededError(AudioLibraryError):
    """The tenant's library has as many assets, or as many bytes, as it may have."""

    code = "quota_exceeded"


class AssetNotFoundError(NotFoundError):
    """This library has no such asset."""

    code = "asset_not_found"


class ObjectNotFoundError(NotFoundError):
    """The store has no object under this key."""

    code = "object_not_found"


class SourceNotFoundError(NotFoundError):
    """The generator has no such temp file."""

    code = "source_not_found"


class TempFileNotFoundError(NotFoundError):
    """There is no such temp file."""

    code = "temp_file_not_found"


class VersionConflictError(ConflictError):
    """What is there is not the version that the request names."""

    code = "version_conflict"


class ObjectExistsError(ConflictError):
    """The key is taken; a key is written once."""

    code = "object_exists"


class IdempotencyConflictError(ConflictError):
    """The idempotency key was used for a different request."""

    code = "idempotency_conflict"


class IdempotencyInProgressError(ConflictError):
    """The first save under this idempotency key is still running."""

    code = "idempotency_in_progress"
    retryable = True


class LeaseLostError(ConflictError):
    """The save outlived its lease and was called off; nothing of it was kept."""

    code = "lease_lost"
    retryable = True


class SourceUnavailableError(UnavailableError):
    """The generator did not answer, or not in a way we can trust."""

    code = "source_unavailable"


class SourceTruncatedError(UnavailableError):
    """The source ended before its declared length, or changed under way."""

    code = "source_truncated"


class CleanupRefusedError(AudioLibraryError):
    """The generator refuses to delete the temp file, and will go on refusing."""

    code = "cleanup_refused"


class StorageUnavailableError(UnavailableError):
    """The object store did not answer, or failed."""

    code = "storage_unavailable"


class InsufficientStorageError(UnavailableError):
    """The object store has no room left."""

    code = "insufficient_storage"


class WeakStoreError(AudioLibraryError):
    """The object store breaks a promise that safety rests on."""

    code = "weak_store"


class AssetCorruptError(UnavailableError):
    """The asset's object is missing or is not what was saved."""

    code = "asset_corrupt"
    retryable = False


class MetadataUnavailableError(UnavailableError):
    """The metadata store did not answer; the write may or may not have happened."""

    code = "metadata_unavailable"


class UnreadableDocumentError(AudioLibraryError):
    """A stored document is not in a shape that this version reads."""

    code = "document_unreadable"


class CommitUnknownError(UnavailableError):
    """It is not known whether the save was committed; repeat it with the same idempotency key."""

    code = "commit_unknown"


class SpeechUnavailableError(UnavailableError):
    """The generator cannot speak: the voice's package is missing, or too much is queued."""

    code = "speech_unavailable"


class InvalidTokenError(InvalidError):
    """The token proves nothing; the message is for the log."""

    code = "unauthenticated"


class TokenIssuerUnavailableError(UnavailableError):
    """The token issuer's keys can't be fetched."""

    code = "upstream_unavailable"
