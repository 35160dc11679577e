"""Calls whose caller does not wait for them, on asyncio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from audiolib.ports.gather import Defer

_MOST = 16


@asynccontextmanager
async def open_defer() -> AsyncIterator[Defer]:
    """Yield what makes up to 16 calls at a time; those under way are cancelled at the end."""
    tasks = set[asyncio.Task[None]]()

    async def run(call: Callable[[], Awaitable[None]]) -> None:
        await call()

    async def defer(call: Callable[[], Awaitable[None]], /) -> None:
        if len(tasks) < _MOST:
            task = asyncio.create_task(run(call))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    try:
        yield defer
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
