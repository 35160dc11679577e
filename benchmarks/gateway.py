"""What the gateway costs: the same requests straight to the asset service, and through it.

`python -m benchmarks.gateway`: one client on one connection; medians, as ratios of one run.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from audiolib.testing import wav

AUDIO = wav(300)
ROUNDS, LISTS, LOADS = 5, 300, 40
WHOSE = {"x-customer-id": "acme", "x-user-id": "ann"}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            generator = await stack.enter_async_context(_generator())
            shared = {"DATA_DIR": folder, "AUDIO_GENERATION_SERVICE_URL": generator}
            library, _ = await stack.enter_async_context(_service("serve", shared))
            shared |= {"ASSET_SERVICE_URL": library, "READ_RATE": "1000000"}
            gateway, process = await stack.enter_async_context(_service("gateway", shared))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            key = {"X-API-Key": await _key(shared)}
            body = {"text": "x", "voice": "tone", "audio_url": "/temp/a.wav"}
            async with http.post(f"{library}/audio-library", json=body, headers=WHOSE) as answer:
                saved = (await answer.json())["id"]
            await _compare(
                http, library, gateway, key, process, "a list", "/audio-library?limit=1", LISTS
            )
            path = f"/audio-library/{saved}/audio"
            what = f"{len(AUDIO) / 2**20:.1f} MiB of audio"
            await _compare(http, library, gateway, key, process, what, path, LOADS)


async def _compare(
    http: aiohttp.ClientSession,
    library: str,
    gateway: str,
    key: dict[str, str],
    process: psutil.Process,
    what: str,
    path: str,
    count: int,
) -> None:
    before = process.memory_info().rss
    straight, through = list[float](), list[float]()
    for _ in range(ROUNDS):
        straight += [await _timed(http, library + path, WHOSE) for _ in range(count)]
        through += [await _timed(http, gateway + path, key) for _ in range(count)]
    direct, passed = statistics.median(straight), statistics.median(through)
    grown = (process.memory_info().rss - before) / 2**20
    print(
        f"{what:22} straight {1000 * direct:7.2f} ms, through the gateway {1000 * passed:7.2f} ms:"
        f" {passed / direct:.2f} x; the gateway grew by {grown:.1f} MiB"
    )


async def _timed(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    async with http.get(URL(url, encoded=True), headers=headers) as answer:
        assert answer.status == 200, answer.status
        async for _ in answer.content.iter_any():
            pass
    return time.perf_counter() - began


async def _key(settings: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "audiolib",
            "keys",
            "create",
            "--customer",
            "acme",
            "--user",
            "ann",
        ),
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate())[0].decode().strip()


@asynccontextmanager
async def _generator() -> AsyncIterator[str]:
    async def fetch(_: web.Request) -> web.Response:
        return web.Response(body=AUDIO)

    app = web.Application()
    app.router.add_get("/temp/{name}", fetch)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def _service(
    name: str, settings: dict[str, str]
) -> AsyncIterator[tuple[str, psutil.Process]]:
    trust = {"INTERNAL_KEY": "", "CLEANUP_TEMP_AUDIO": "false", "LOG_LEVEL": "WARNING"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", name, "--port", "0"),
        env=os.environ | trust | settings,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = (await process.stderr.readline()).decode()
        yield line.split()[-1], psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.communicate()


if __name__ == "__main__":
    asyncio.run(main())
