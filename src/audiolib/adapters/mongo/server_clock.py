"""The time that all processes over one MongoDB share: its primary's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.model.errors import MetadataUnavailableError

_MEASURE_EVERY = 30.0


def local_time() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


class ServerClock:
    """This machine's clock, corrected by what it was last seen to differ from the server's.

    A machine whose clock is wrong would take running saves for expired, or leave expired ones.
    """

    def __init__(self, database: Any, now: Callable[[], datetime] = local_time) -> None:
        self._database = database
        self._now = now
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """The present in UTC, whole milliseconds: MongoDB keeps no finer ones."""
        now = self._now() + self._ahead
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def measure(self) -> None:
        """Compare both clocks; a difference within the time of the call itself is ignored.

        Raises: MetadataUnavailableError.
        """
        asked = self._now()
        with translate_errors():
            answer = await self._database.client.admin.command("hello")
        answered = self._now()
        ahead = answer["localTime"].astimezone(UTC) - (asked + (answered - asked) / 2)
        tolerance = (answered - asked) / 2 + timedelta(milliseconds=50)
        if abs(ahead - self._ahead) > tolerance:
            self._ahead = timedelta(0) if abs(ahead) <= tolerance else ahead


@asynccontextmanager
async def keep_measuring(clock: ServerClock) -> AsyncIterator[None]:
    """Measure again and again: a machine's clock may be set while it runs."""

    async def measure_forever() -> None:
        while True:
            await asyncio.sleep(_MEASURE_EVERY)
            try:
                await clock.measure()
            except MetadataUnavailableError:
                continue  # the last difference is as good as any

    measuring = asyncio.create_task(measure_forever())
    try:
        yield
    finally:
        measuring.cancel()
        await asyncio.gather(measuring, return_exceptions=True)
