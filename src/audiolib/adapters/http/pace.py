"""How fast a source must be."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from audiolib.adapters.http.settings import HttpSettings

_GRACE_SECONDS = 10.0


class Pace:
    """Counts only the time that is spent waiting for the source: a slow store is not its fault.

    A deadline between two reads alone never ends a source that sends a byte now and then.
    """

    def __init__(self, settings: HttpSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._waited = 0.0
        self._received = 0

    async def wait_for(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """What the read gives. Raises: TimeoutError."""
        left = self._settings.total_timeout - self._waited
        began = self._clock()
        async with asyncio.timeout(min(self._settings.stall_timeout, left)):
            chunk = await read()
        self._waited += self._clock() - began
        self._received += len(chunk)
        if (
            chunk
            and self._waited > _GRACE_SECONDS
            and self._received < self._settings.least_rate * self._waited
        ):
            raise TimeoutError("the source is too slow")
        return chunk
