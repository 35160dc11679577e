"""Group commit: many concurrent writes, few round trips.

The first write goes at once; what arrives while it is under way goes together as the next one.
(The idea is DeWitt et al., 1984, "Implementation techniques for main memory database systems".)
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """`write` takes a group and returns, in order, each one's result or exception."""

    def __init__(
        self, write: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]], *, most: int = 500
    ) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def submit(self, item: T) -> R:
        """The item's result, once its group is written.

        A caller that is cancelled leaves the item in its group: it may still be written.
        """
        written: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await written

    async def close(self) -> None:
        """Wait until nothing is under way."""
        while self._writing is not None:
            await asyncio.wait({self._writing})

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[: self._most]
                del self._waiting[: self._most]
                await self._write_group(group)
        finally:
            self._writing = None
            # Only a writer that was cancelled leaves anything here.
            for _, written in self._waiting:
                written.cancel()
            self._waiting.clear()

    async def _write_group(self, group: Sequence[tuple[T, "asyncio.Future[R]"]]) -> None:
        results: Sequence[R | Exception]
        try:
            results = await self._write([item for item, _ in group])
            if len(results) != len(group):
                raise RuntimeError(f"{len(results)} results of {len(group)} writes")
        except Exception as failed:
            results = [failed] * len(group)
        except BaseException:
            for _, written in group:
                written.cancel()
            raise
        for (_, written), result in zip(group, results, strict=True):
            if written.done():
                continue
            if isinstance(result, Exception):
                written.set_exception(result)
            else:
                written.set_result(result)
