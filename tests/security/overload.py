"""Four times as many saves as are admitted, for a while; the service is a process of its own."""

import asyncio
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import attrs
import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.testing import wav

MOST, QUEUE, QUEUE_WAIT = 8, 4, 0.25
TENANTS, SLOWNESS = 4, 0.1
AUDIO = wav(20)
SETTINGS = {
    "OBJECT_STORE": "filesystem",
    "METADATA_STORE": "sqlite",
    "MAX_SAVES": str(MOST),
    "MAX_SAVES_PER_TENANT": str(MOST // 2),
    "SAVE_QUEUE": str(QUEUE),
    "SAVE_QUEUE_WAIT": str(QUEUE_WAIT),
    "LOG_LEVEL": "ERROR",  # nobody reads its log: a full pipe would stop it
}


@attrs.define(kw_only=True)
class Pressure:
    """What was answered; times in seconds, growth in bytes."""

    statuses: Counter[int] = attrs.field(factory=Counter)
    without_retry_after: int = 0
    alone: list[float] = attrs.field(factory=list)
    admitted: list[float] = attrs.field(factory=list)
    refused: list[float] = attrs.field(factory=list)
    reads: list[float] = attrs.field(factory=list)
    read_statuses: Counter[int] = attrs.field(factory=Counter)
    growth: int = 0


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


async def pressed(folder: Path, seconds: float) -> Pressure:
    """A warm-up one at a time, then all of them at once."""
    found, numbers = Pressure(), itertools.count()
    async with (
        running_generator() as generator,
        running_service(folder, generator) as (library, process),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        for _ in range(20):
            await _save(http, library, next(numbers), found, found.alone)
        found.statuses.clear()
        before = process.memory_info().rss
        end = time.monotonic() + seconds
        clients = 4 * (MOST + QUEUE)
        await asyncio.gather(
            *(_press(http, library, numbers, found, end) for _ in range(clients)),
            _read(http, library, found, end),
        )
        found.growth = process.memory_info().rss - before
    return found


async def _press(
    http: aiohttp.ClientSession,
    library: str,
    numbers: "itertools.count[int]",
    found: Pressure,
    end: float,
) -> None:
    while time.monotonic() < end:
        await _save(http, library, next(numbers), found, found.admitted)


async def _save(
    http: aiohttp.ClientSession, library: str, number: int, found: Pressure, times: list[float]
) -> None:
    tenant = {"x-customer-id": "acme", "x-user-id": f"user{number % TENANTS}"}
    body = {"text": "x", "voice": "tone", "audio_url": f"/temp/a{number}.wav"}
    began = time.monotonic()
    async with http.post(f"{library}/audio-library", json=body, headers=tenant) as answer:
        await answer.read()
    took = time.monotonic() - began
    found.statuses[answer.status] += 1
    if answer.status == 201:
        times.append(took)
    else:
        found.refused.append(took)
        found.without_retry_after += "Retry-After" not in answer.headers
        await asyncio.sleep(0.05)


async def _read(http: aiohttp.ClientSession, library: str, found: Pressure, end: float) -> None:
    tenant = {"x-customer-id": "acme", "x-user-id": "user0"}
    for path in itertools.cycle(("/health/live", "/audio-library?limit=5")):
        if time.monotonic() > end:
            return
        began = time.monotonic()
        async with http.get(f"{library}{path}", headers=tenant) as answer:
            await answer.read()
        found.reads.append(time.monotonic() - began)
        found.read_statuses[answer.status] += 1
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running_generator() -> AsyncIterator[str]:
    """Slow enough that saves pile up."""

    async def fetch(_: web.Request) -> web.Response:
        await asyncio.sleep(SLOWNESS)
        return web.Response(body=AUDIO, content_type="audio/wav")

    async def delete(_: web.Request) -> web.Response:
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/temp/{name}", fetch)
    app.router.add_delete("/api/cleanup/temp/{name}", delete)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def running_service(
    folder: Path, generator: str
) -> AsyncIterator[tuple[str, psutil.Process]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0", "--data-dir", str(folder)),
        env=os.environ | SETTINGS | {"AUDIO_GENERATION_SERVICE_URL": generator},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
        assert line.startswith("listening on "), line
        yield line.split()[-1], psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.communicate()
