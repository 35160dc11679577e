"""Liveness, and a readiness check that costs at most one look at the stores a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from audiolib.entrypoints.http.answers import Health
from audiolib.entrypoints.http.json_body import json_response


async def live(_: web.Request) -> web.Response:
    """200 as long as the event loop turns."""
    return json_response(Health(success=True, status="live"))


Check = Callable[[], Awaitable[Mapping[str, str]]]


class CachedCheck:
    """Runs `check` at most once in `seconds`; later callers get the same result."""

    def __init__(
        self, check: Check, *, seconds: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._check = check
        self._seconds = seconds
        self._clock = clock
        self._turn = asyncio.Lock()
        self._result: Mapping[str, str] = {}
        self._checked_at = float("-inf")

    async def result(self) -> Mapping[str, str]:
        """Return `ok`, or what is wrong, by the name of what was checked."""
        async with self._turn:
            if self._clock() - self._checked_at >= self._seconds:
                self._result = await self._check()
                self._checked_at = self._clock()
            return self._result


async def readiness(check: CachedCheck, draining: asyncio.Event) -> web.Response:
    """Return 200 when everything is `ok`, and 503 otherwise or while the service drains."""
    if draining.is_set():
        return json_response(Health(success=False, status="draining"), status=503)
    results = await check.result()
    well = set(results.values()) == {"ok"}
    status = "ready" if well else "unavailable"
    answer = Health(success=well, status=status, checks=dict(results))
    return json_response(answer, status=200 if well else 503)
