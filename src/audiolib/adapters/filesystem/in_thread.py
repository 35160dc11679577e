"""Blocking calls off the event loop, which end before whatever comes after them."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from audiolib.adapters.filesystem.errors import translate_errors
from audiolib.domain.model.errors import StorageUnavailableError
from audiolib.domain.model.objects import Slice

T = TypeVar("T")


async def in_thread(
    call: Callable[..., T], *args: object, undo: Callable[[T], object] = lambda _: None
) -> T:
    """Like asyncio.to_thread, but a cancelled caller waits for the call to end: what comes after
    it may then rely on nothing being under way, and a result that is not used is undone."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *args))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        if not running.cancelled() and running.exception() is None:
            undo(running.result())
        raise


async def read_slice(
    descriptor: int, cut: Slice, *, at_once: int, what: object
) -> AsyncIterator[bytes]:
    """Read a part of an open file, up to `at_once` bytes a time.

    Raises: StorageUnavailableError, also when the file ends before the part does.
    """
    at = cut.start
    while at < cut.stop:
        with translate_errors(str(what)):
            chunk = await in_thread(os.pread, descriptor, min(at_once, cut.stop - at), at)
        if not chunk:
            raise StorageUnavailableError(f"{what}: the file ends before its size")
        at += len(chunk)
        yield chunk
