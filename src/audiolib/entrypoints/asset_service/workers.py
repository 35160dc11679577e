"""What goes on beside the requests: the outbox worker and the recoverer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.use_cases.clean_up import CleanUpTempFiles
from audiolib.domain.use_cases.recover import RecoverSaves

_log = logging.getLogger("audiolib.workers")


@asynccontextmanager
async def at_work(*loops: Awaitable[None]) -> AsyncIterator[None]:
    """Runs the loops until the context is left."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def clean_up_forever(
    clean_up: CleanUpTempFiles, saved: asyncio.Event, interval: float
) -> None:
    """A round whenever something was saved, and every `interval` seconds; full ones go on."""

    async def rounds() -> None:
        saved.clear()
        results = await clean_up()
        while len(results) == clean_up.policy.batch:
            results = await clean_up()

    await _forever("cleanup", rounds, saved, interval)


async def recover_forever(recover: RecoverSaves, interval: float) -> None:
    """A round every `interval` seconds."""

    async def round_() -> None:
        recovered = await recover()
        if recovered.fenced or recovered.swept or recovered.failed:
            _log.info("recovered: %s", recovered)

    await _forever("recovery", round_, asyncio.Event(), interval)


async def _forever(
    name: str, work: Callable[[], Awaitable[None]], wake: asyncio.Event, interval: float
) -> None:
    while True:
        try:
            await work()
        except AudioLibraryError as failed:
            _log.warning("%s: %s: %s", name, failed.code, failed)
        except Exception:
            _log.exception("%s failed in a way nobody foresaw", name)
        try:
            await asyncio.wait_for(wake.wait(), interval)
        except TimeoutError:
            pass
