"""Each fault of the proxy does what it says, in its own direction only."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest

from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import Proxy, proxied

PATIENCE = 5.0
Dialogue = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@attrs.define
class EchoServer:
    """Answers each line with itself, and remembers all that came and how each end was."""

    port: int = 0
    heard: bytes = b""
    pieces: int = 0
    ended: asyncio.Queue[str] = attrs.field(factory=asyncio.Queue)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 20):
                self.heard += data
                self.pieces += 1
                writer.write(data)
                await writer.drain()
            self.ended.put_nowait("closed")
        except ConnectionResetError:
            self.ended.put_nowait("reset")
        finally:
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[EchoServer]:
    echo = EchoServer()
    async with await asyncio.start_server(echo.answer, "127.0.0.1", 0) as server:
        echo.port = server.sockets[0].getsockname()[1]
        yield echo


@pytest.fixture
async def proxy(echo: EchoServer) -> AsyncIterator[Proxy]:
    async with proxied(echo.port) as proxy:
        yield proxy


@asynccontextmanager
async def dialogue(proxy: Proxy) -> AsyncIterator[Dialogue]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def said(there: Dialogue, data: bytes) -> bytes:
    """Returns: the answer, or what came of it before the connection ended."""
    reader, writer = there
    writer.write(data)
    try:
        return await reader.readexactly(len(data))
    except asyncio.IncompleteReadError as cut:
        return cut.partial


async def test_all_is_well_without_toxics(proxy: Proxy, echo: EchoServer) -> None:
    data = bytes(range(256)) * 4096
    async with dialogue(proxy) as there:
        assert await said(there, data) == data
        there[1].write_eof()
        assert await there[0].read() == b""
    assert await echo.ended.get() == "closed"
    assert proxy.cuts == 0


@pytest.mark.parametrize("way", ["to_server", "to_client"])
async def test_latency_makes_each_direction_late(proxy: Proxy, way: str) -> None:
    proxy.poison(**{way: Toxic(latency=0.1)})
    async with dialogue(proxy) as there:
        began = time.monotonic()
        assert await said(there, b"hello") == b"hello"
        assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("way", ["to_server", "to_client"])
async def test_bandwidth_is_kept(proxy: Proxy, way: str) -> None:
    proxy.poison(**{way: Toxic(bandwidth=1_000_000, pieces=10_000)})
    async with dialogue(proxy) as there:
        began = time.monotonic()
        assert await said(there, bytes(200_000)) == bytes(200_000)
        assert time.monotonic() - began >= 0.2


async def test_a_slow_close_comes_late_and_the_bytes_do_not(proxy: Proxy, echo: EchoServer) -> None:
    proxy.poison(to_server=Toxic(slow_close=0.2))
    async with dialogue(proxy) as there:
        assert await said(there, b"hello") == b"hello"
        began = time.monotonic()
        there[1].write_eof()
        assert await there[0].read() == b""
        assert time.monotonic() - began >= 0.2
    assert await echo.ended.get() == "closed"


async def test_a_timeout_swallows_and_cuts_when_its_time_is_over(
    proxy: Proxy, echo: EchoServer
) -> None:
    proxy.poison(to_server=Toxic(timeout=0.1))
    async with dialogue(proxy) as there:
        assert await said(there, b"hello") == b""
    assert echo.heard == b""
    assert proxy.cuts == 1


async def test_lifting_a_timeout_cuts_what_it_held(proxy: Proxy, echo: EchoServer) -> None:
    proxy.poison(to_client=Toxic(timeout=3600))
    async with dialogue(proxy) as there:
        there[1].write(b"hello")
        while echo.heard != b"hello":
            await asyncio.sleep(0.01)
        proxy.poison()
        assert await there[0].read() == b""
    async with dialogue(proxy) as there:
        assert await said(there, b"again") == b"again"


async def test_pieces_arrive_in_their_order(proxy: Proxy, echo: EchoServer) -> None:
    data = bytes(range(250))
    proxy.poison(to_server=Toxic(pieces=25, bandwidth=5_000))
    async with dialogue(proxy) as there:
        assert await said(there, data) == data
    assert echo.pieces > 3


async def test_a_request_is_cut_after_so_many_bytes(proxy: Proxy, echo: EchoServer) -> None:
    async with dialogue(proxy) as there:
        assert await said(there, b"before") == b"before"
        proxy.poison(to_server=Toxic(cut_after=100))
        await said(there, bytes(150_000))
    assert await echo.ended.get() == "closed"
    assert len(echo.heard) == len(b"before") + 100
    assert proxy.cuts == 1


@pytest.mark.parametrize("way", ["to_server", "to_client"])
async def test_a_reset_is_seen_at_both_ends(proxy: Proxy, echo: EchoServer, way: str) -> None:
    proxy.poison(**{way: Toxic(cut_after=0, reset=True)})
    async with dialogue(proxy) as there:
        with pytest.raises(ConnectionResetError):
            await said(there, b"hello")
    assert await echo.ended.get() == "reset"


async def test_a_request_arrives_and_its_answer_does_not(proxy: Proxy, echo: EchoServer) -> None:
    proxy.poison(to_client=Toxic(cut_after=0, carrying=b"commit", times=1))
    async with dialogue(proxy) as there:
        assert await said(there, b"begin") == b"begin"
        assert await said(there, b"commit") == b""
    assert echo.heard == b"begincommit"
    async with dialogue(proxy) as there:
        assert await said(there, b"commit") == b"commit"
    assert proxy.cuts == 1


async def test_only_some_connections_are_struck(proxy: Proxy) -> None:
    proxy.poison(to_server=Toxic(cut_after=0, every=2))
    answers = []
    for _ in range(4):
        async with dialogue(proxy) as there:
            answers.append(await said(there, b"hello"))
    assert answers == [b"hello", b"", b"hello", b""]


async def test_a_server_that_is_down_is_a_connection_that_ends(echo: EchoServer) -> None:
    async with proxied(1) as proxy, dialogue(proxy) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await reader.read()
