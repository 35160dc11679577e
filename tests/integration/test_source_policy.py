"""Where the HTTP source may go, and how long it may take."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_network

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.pace import Pace
from audiolib.adapters.http.session import PinnedConnector, open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.domain.model.errors import SourceUnavailableError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile

LOOPBACK, ELSEWHERE = ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")


class Generator:
    """Counts who reaches it."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests = 0

    async def temp(self, request: web.Request) -> web.Response:
        self.requests += 1
        return web.Response(body=b"RIFF" + bytes(100))


@pytest.fixture
async def reached() -> AsyncIterator[tuple[Generator, int]]:
    generator = Generator()
    app = web.Application()
    app.router.add_get("/temp/{name}", generator.temp)
    async with TestServer(app) as server:
        assert server.port is not None
        yield generator, server.port


async def fetched(base: str, settings: HttpSettings) -> bytes:
    async with open_http_session(settings) as session:
        source = HttpAudioSource(session=session, settings=settings)
        async with source.open(TempFile(base=base, name=TempName("a.wav"))) as audio:
            return b"".join([chunk async for chunk in audio.chunks])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_an_address_of_the_networks_is_fetched(
    reached: tuple[Generator, int], host: str
) -> None:
    generator, port = reached
    settings = HttpSettings(networks=(ELSEWHERE, LOOPBACK, ip_network("::1/128")), tries=1)
    assert await fetched(f"http://{host}:{port}", settings)
    assert generator.requests == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "[::ffff:127.0.0.1]"])
async def test_no_packet_goes_elsewhere(
    reached: tuple[Generator, int], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator, port = reached
    dialled = []
    real = asyncio.get_running_loop().sock_connect

    async def sock_connect(sock: socket.socket, address: object) -> None:
        dialled.append(address)
        await real(sock, address)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    with pytest.raises(SourceUnavailableError):
        await fetched(f"http://{host}:{port}", HttpSettings(networks=(ELSEWHERE,), tries=1))
    assert (generator.requests, dialled) == (0, [])


async def test_the_peer_is_looked_at_once_more(
    reached: tuple[Generator, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the address had been another than the one that was dialled."""
    generator, port = reached
    asked = []

    def allows(_: PinnedConnector, host: str) -> bool:
        asked.append(host)
        return len(asked) == 1

    monkeypatch.setattr(PinnedConnector, "_allows", allows)
    with pytest.raises(SourceUnavailableError):
        await fetched(f"http://127.0.0.1:{port}", HttpSettings(networks=(ELSEWHERE,), tries=1))
    assert (asked, generator.requests) == (["127.0.0.1", "127.0.0.1"], 0)


class Watch:
    """A clock that the reads move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def read(self, size: int, seconds: float) -> bytes:
        self.now += seconds
        return bytes(size)


RATE = HttpSettings(least_rate=1000, total_timeout=100)


async def test_a_drip_is_cut_after_ten_seconds() -> None:
    watch = Watch()
    pace = Pace(RATE, watch)
    for _ in range(10):
        await pace.wait_for(lambda: watch.read(1, 1))
    with pytest.raises(TimeoutError):
        await pace.wait_for(lambda: watch.read(1, 1))


async def test_fast_enough_may_take_long() -> None:
    watch = Watch()
    pace = Pace(RATE, watch)
    for _ in range(99):
        await pace.wait_for(lambda: watch.read(1000, 1))
    await pace.wait_for(lambda: watch.read(0, 0))


async def test_the_store_may_be_as_slow_as_it_likes() -> None:
    watch = Watch()
    pace = Pace(attrs.evolve(RATE, total_timeout=2), watch)
    for _ in range(5):
        await pace.wait_for(lambda: watch.read(10, 0.1))
        watch.now += 1000


async def test_in_total_there_is_an_end() -> None:
    watch = Watch()
    pace = Pace(attrs.evolve(RATE, total_timeout=5), watch)
    await pace.wait_for(lambda: watch.read(10_000_000, 5))

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    with pytest.raises(TimeoutError):
        await pace.wait_for(never)
