"""A thousand connections that send half a request and no more, and a client beside them."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from yarl import URL

from tests.security.overload import percentile, running_generator, running_service
from tests.stress.figures import Figure, scaled

_HEADER = b"GET /audio-library HTTP/1.1\r\nHost: x\r\nX-A: "
_BODY = (
    b"POST /audio-library HTTP/1.1\r\nHost: x\r\nx-customer-id: acme\r\nx-user-id: %d\r\n"
    b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"text": '
)


def run(scale: float) -> Iterator[Figure]:
    count = scaled(500, scale)
    headers, bodies, alone, beside, ended = asyncio.run(_held(count))
    yield Figure(name="slow headers ended", measured=len(headers), at_least=count)
    yield Figure(name="slow headers, slowest end", measured=max(headers), at_most=11, unit="s")
    yield Figure(name="slow bodies ended", measured=len(bodies), at_least=count)
    yield Figure(name="slow bodies, slowest end", measured=max(bodies), at_most=32, unit="s")
    yield Figure(name="ended otherwise than by 408", measured=2 * count - ended, at_most=0)
    yield Figure(
        name="another's requests, p99",
        measured=1000 * percentile(beside, 0.99),
        at_most=1000 * max(0.05, 2 * percentile(alone, 0.99)),
        unit="ms",
    )


async def _held(
    count: int,
) -> tuple[list[float], list[float], list[float], list[float], int]:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_generator() as generator,
            running_service(Path(folder), generator) as (library, _),
            aiohttp.ClientSession() as http,
        ):
            alone = [await _asked(http, library) for _ in range(200)]
            beside, stop = list[float](), asyncio.Event()

            async def ask() -> None:
                while not stop.is_set():
                    beside.append(await _asked(http, library))
                    await asyncio.sleep(0.02)

            asking = asyncio.create_task(ask())
            slow = [_slow(library, _HEADER) for _ in range(count)]
            slow += [_slow(library, _BODY % number) for number in range(count)]
            found = await asyncio.gather(*slow)
            stop.set()
            await asking
    times = [seconds for seconds, _ in found]
    return times[:count], times[count:], alone, beside, sum(told for _, told in found)


async def _asked(http: aiohttp.ClientSession, library: str) -> float:
    began = time.monotonic()
    async with http.get(
        f"{library}/audio-library", headers={"x-customer-id": "acme", "x-user-id": "ann"}
    ) as answer:
        await answer.read()
        assert answer.status == 200
    return time.monotonic() - began


async def _slow(library: str, half: bytes) -> tuple[float, bool]:
    """Seconds until the service ends it, and whether it says why."""
    where = URL(library)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    began = time.monotonic()
    writer.write(half)
    async with asyncio.timeout(120):
        said = await reader.read()
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    return time.monotonic() - began, said.startswith(b"HTTP/1.1 408 ")
