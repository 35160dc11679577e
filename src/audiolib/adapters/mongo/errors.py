"""Translate the MongoDB drivers' errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from audiolib.domain.model.errors import MetadataUnavailableError


@contextmanager
def translate_errors() -> Iterator[None]:
    """Every failure of the driver leaves a write's outcome unknown."""
    try:
        yield
    except PyMongoError as failed:
        reason = f"MongoDB: {type(failed).__name__}, code {getattr(failed, 'code', None)}"
        raise MetadataUnavailableError(reason) from failed
