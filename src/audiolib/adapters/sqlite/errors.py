"""Translate SQLite's errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from audiolib.domain.model.errors import (
    AudioLibraryError,
    InsufficientStorageError,
    MetadataUnavailableError,
)

_BY_NAME: dict[str, type[AudioLibraryError]] = {"SQLITE_FULL": InsufficientStorageError}


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise the library's error, with SQLite's error name or the system's reason."""
    try:
        yield
    except sqlite3.Error as failed:
        name = getattr(failed, "sqlite_errorname", type(failed).__name__)
        raise _BY_NAME.get(name, MetadataUnavailableError)(f"{name}: {failed}") from failed
    except OSError as failed:
        full = failed.errno in (errno.ENOSPC, errno.EDQUOT)
        error = InsufficientStorageError if full else MetadataUnavailableError
        raise error(f"the database's folder: {failed.strerror}") from failed
