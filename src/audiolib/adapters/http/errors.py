"""Translate aiohttp's errors of calls to the generator."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from audiolib.domain.model.errors import SourceTruncatedError, SourceUnavailableError
from audiolib.domain.model.temp_file import TempFile


@contextmanager
def while_asking(temp_file: TempFile) -> Iterator[None]:
    """Before the first byte of the body came."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as failed:
        reason = "it did not answer in time" if isinstance(failed, TimeoutError) else _kind(failed)
        raise SourceUnavailableError(f"{temp_file.name}: {reason}") from failed


@contextmanager
def while_reading(temp_file: TempFile) -> Iterator[None]:
    """Inside the body: a connection that ends early has cut it."""
    try:
        yield
    except TimeoutError as stalled:
        raise SourceUnavailableError(f"{temp_file.name}: the generator stalled") from stalled
    except aiohttp.ClientError as cut:
        raise SourceTruncatedError(f"{temp_file.name}: {_kind(cut)}") from cut


def _kind(failed: Exception) -> str:
    return f"the connection failed ({type(failed).__name__})"
