"""Translate the operating system's errors."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

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


_OF_TEMP_FILES: dict[int, type[AudioLibraryError]] = {
    number: error for number, error in _BY_ERRNO.items() if error is InsufficientStorageError
}
"""Of temp files a missing one is looked for, and told by the caller itself."""


@contextmanager
def translate_errors(
    what: ObjectKey | str, table: Mapping[int, type[AudioLibraryError]] = _BY_ERRNO
) -> Iterator[None]:
    """Raise the library's error, with the system's reason and never a path of the disk."""
    try:
        yield
    except OSError as failed:
        error = table.get(failed.errno or 0, StorageUnavailableError)
        raise error(f"{what}: {failed.strerror}") from failed


def translate_temp_errors(what: object) -> AbstractContextManager[None]:
    """Raise the library's error for a failure around temp files."""
    return translate_errors(f"temp file {what}", _OF_TEMP_FILES)
