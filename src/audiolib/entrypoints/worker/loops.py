"""Background loops: the cleanup worker and the recoverer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs

from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.use_cases.access.enforce_quota import EnforceQuota
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.entrypoints.config.logs import log_event, notes_of

_PATIENCE = 1.0
_log = logging.getLogger("audiolib.workers")


@asynccontextmanager
async def at_work(*loops: Awaitable[None]) -> AsyncIterator[None]:
    """Runs the loops until the context is left."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        yield
    finally:
        while running := [task for task in tasks if not task.done()]:
            # A driver may turn a cancellation into an error of its own, which a loop survives.
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=_PATIENCE)


async def clean_up_forever(
    clean_up: CleanUpTempFiles, saved: asyncio.Event, interval: float
) -> None:
    """A round whenever something was saved, and every `interval` seconds; full ones go on."""

    async def rounds() -> None:
        saved.clear()
        while True:
            results = await clean_up()
            for result in results:
                if result.state is CleanupState.DEAD:
                    log_event(
                        _log,
                        logging.ERROR,
                        "cleanup given up",
                        asset_id=result.task.asset_id,
                        temp_file=result.task.temp_file,
                        reason=result.error,
                    )
            if len(results) < clean_up.policy.batch:
                break

    await _forever("cleanup", rounds, saved, interval)


async def recover_forever(recover: RecoverSaves, quota: EnforceQuota, interval: float) -> None:
    """A round every `interval` seconds."""

    async def round_() -> None:
        recovered = await recover()
        if recovered.fenced or recovered.swept or recovered.failed:
            log_event(_log, logging.INFO, "saves recovered", **attrs.asdict(recovered))
        if settled := await quota.settle():
            log_event(_log, logging.INFO, "reservations settled", count=settled)

    await _forever("recovery", round_, asyncio.Event(), interval)


async def _forever(
    name: str, work: Callable[[], Awaitable[None]], wake: asyncio.Event, interval: float
) -> None:
    while True:
        try:
            await work()
        except AudioLibraryError as failed:
            log_event(
                _log,
                logging.WARNING,
                f"{name} failed",
                code=failed.code,
                reason=failed,
                **notes_of(failed),
            )
        except Exception:
            log_event(_log, logging.ERROR, f"{name} failed", code="internal_error", exc_info=True)
        try:
            async with asyncio.timeout(interval):
                await wake.wait()
        except TimeoutError:
            pass
