"""A call of the metadata store, made again where its outcome is unknown."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from audiolib.domain.model.errors import MetadataUnavailableError

T = TypeVar("T")


async def retry_if_unknown(call: Callable[[], Awaitable[T]]) -> T:
    """For idempotent calls alone: asking again is how an unknown outcome is read back.

    Raises: MetadataUnavailableError, when the second answer is lost too.
    """
    try:
        return await call()
    except MetadataUnavailableError:
        return await call()
