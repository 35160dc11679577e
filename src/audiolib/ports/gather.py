"""Several calls at the same time, or later, by whatever loop the composition root runs."""

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


class Defer(Protocol):
    """Makes a call after its caller has gone on, or not at all when too many wait already.

    For what a background worker would do anyway, a little later.
    """

    async def __call__(self, call: Callable[[], Awaitable[None]], /) -> None:
        """Return without waiting for the call, which raises nothing."""


async def call_at_once(call: Callable[[], Awaitable[None]], /) -> None:
    """Needs no loop."""
    await call()
