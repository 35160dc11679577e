"""A body that is sent while it is still being read from somewhere else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import aiohttp
from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.http.access_log import BYTES_SENT

WINDOW_SECONDS = 10.0


class ReadPace:
    """Ends a download whose client reads less than `min_rate` bytes a second.

    Only the time spent waiting for the client counts, in windows of ten seconds: what went into
    the buffers between us and the client at first does not excuse it later. A player that pauses
    asks for the rest by a range.
    """

    def __init__(
        self,
        min_rate: int,
        clock: Callable[[], float] = time.monotonic,
        window: float = WINDOW_SECONDS,
    ) -> None:
        self._min_rate = min_rate
        self._window = window
        self._clock = clock
        self._waited = 0.0
        self._sent = 0

    async def write(self, response: web.StreamResponse, chunk: bytes) -> None:
        """Raises: TimeoutError."""
        began = self._clock()
        async with asyncio.timeout(self._window + len(chunk) / self._min_rate):
            await response.write(chunk)
        self._waited += self._clock() - began
        self._sent += len(chunk)
        if self._waited >= self._window:
            if self._sent < self._min_rate * self._waited:
                raise TimeoutError("the client reads too slowly")
            self._waited, self._sent = 0.0, 0


async def send_body(
    request: web.Request,
    response: web.StreamResponse,
    chunks: AsyncIterator[bytes],
    *,
    min_rate: int | None,
    window: float = WINDOW_SECONDS,
) -> Exception | None:
    """Send a prepared response's body; without `min_rate` the client may read as it likes.

    Return what broke it off, if anything did. The connection is aborted then: once the status is
    out, a body that ends early is all there is to say it with.
    """
    pace = ReadPace(min_rate, window=window) if min_rate is not None else None
    request[BYTES_SENT] = 0
    try:
        async for chunk in chunks:
            await (response.write(chunk) if pace is None else pace.write(response, chunk))
            request[BYTES_SENT] += len(chunk)
    except (AudioLibraryError, aiohttp.ClientError, TimeoutError, OSError) as failed:
        if request.transport is not None:
            request.transport.abort()
        return failed
    await response.write_eof()
    return None
