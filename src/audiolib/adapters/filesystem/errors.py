"""Translate the operating system's errors."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from audiolib.domain.model.errors import (
    AudioLibraryError,
    InsufficientStorageError,
    ObjectExistsError,
    ObjectNotFoundError,
    StorageUnavailableError,
)
from audiolib.domain.model.identifiers import ObjectKey

_BY_ERRNO: dict[int, type[AudioLibraryError]] = {
    errno.ENOENT: ObjectNotFoundError,
    errno.EEXIST: ObjectExistsError,
    errno.ENOSPC: InsufficientStorageError,
    errno.EDQUOT: InsufficientStorageError,
}


@contextmanager
def translate_errors(what: ObjectKey | str) -> Iterator[None]:
    """Raise the library's error, with the system's reason and never a path of the disk."""
    try:
        yield
    except OSError as failed:
        error = _BY_ERRNO.get(failed.errno or 0, StorageUnavailableError)
        raise error(f"{what}: {failed.strerror}") from failed
