"""Several calls at the same time, by whatever loop the composition root runs."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Gather(Protocol):
    """Runs the calls and gives their results in order; one that raises ends the others."""

    async def __call__(self, calls: Sequence[Callable[[], Awaitable[T]]], /) -> list[T]:
        """Raises: what a call raised."""


async def gather_sequentially(calls: Sequence[Callable[[], Awaitable[T]]], /) -> list[T]:
    """Needs no loop."""
    return [await call() for call in calls]
