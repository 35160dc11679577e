"""Translate the MongoDB drivers' errors; the server's own words are a note, for the log alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

from audiolib.domain.model.errors import MetadataUnavailableError

# The first that fits.
_MEANINGS: tuple[tuple[tuple[type[PyMongoError], ...], str], ...] = (
    (
        (ServerSelectionTimeoutError, NetworkTimeout, ExecutionTimeout, WaitQueueTimeoutError),
        "MongoDB does not answer in time",
    ),
    ((AutoReconnect, ConnectionFailure), "MongoDB can't be reached"),
    ((WriteConcernError,), "MongoDB did not confirm the write"),
    ((OperationFailure,), "MongoDB refused the call"),
)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Every failure of the driver leaves a write's outcome unknown."""
    try:
        yield
    except PyMongoError as failed:
        error = MetadataUnavailableError(_meaning_of(failed))
        kind, code = type(failed).__name__, getattr(failed, "code", None)
        error.add_note(f"{kind}, code {code}: {failed}")
        raise error from failed


def _meaning_of(failed: PyMongoError) -> str:
    fitting = (meaning for kinds, meaning in _MEANINGS if isinstance(failed, kinds))
    return next(fitting, "MongoDB failed")
