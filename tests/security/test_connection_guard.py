"""Half-sent requests are ended, and others don't suffer from them."""

import asyncio
import contextlib
import ipaddress
import select
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import Mock

import attrs
import pytest
from aiohttp import web

from audiolib.domain.model.validation import TextRule, declare
from audiolib.entrypoints.config.groups import ConnectionSettings
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.connection_limits import ConnectionLimits
from audiolib.entrypoints.http.json_body import read_fields
from audiolib.entrypoints.http.problem_details import Handler
from audiolib.entrypoints.http.request_framing import RequestFraming
from audiolib.entrypoints.http.server import bind_socket, listen, url_of
from tests.e2e.stack import until
from tests.security.test_hostile_audio import count_calls

LIMITS = ConnectionSettings(header_timeout=0.5, body_timeout=1, keepalive=1.5, most=30)
ENDED_WITHIN = 3.0
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@attrs.frozen(kw_only=True)
class Letter:
    a: str | None = attrs.field(default=None, metadata=declare(TextRule(at_most=9)))


async def echo(request: web.Request) -> web.Response:
    return web.json_response(await read_fields(request, Letter))


async def hello(_: web.Request) -> web.Response:
    return web.json_response({"hello": True})


@asynccontextmanager
async def server(limits: ConnectionSettings = LIMITS, get: Handler = hello) -> AsyncIterator[int]:
    app = new_application()
    app.router.add_post("/", echo)
    app.router.add_get("/", get)
    listener = bind_socket("127.0.0.1", 0)
    async with listen(app, listener, limits, patience=1):
        yield int(url_of(listener).rpartition(":")[2])
    listener.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with server() as port:
        yield port


async def sent(port: int, *pieces: bytes, every: float = 0) -> bytes:
    """Everything that comes back until the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:

        async def send() -> None:
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(every)

        sending = asyncio.create_task(send())
        answer = b""
        try:
            async with asyncio.timeout(ENDED_WITHIN):
                while piece := await reader.read(65536):
                    answer += piece
        except ConnectionResetError:
            pass  # who goes on sending may be told so
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        return answer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "pieces",
    [[], [b"GET / HT"], [b"GET / HTTP/1.1\r\nHost: x\r\n"], [b"\r\n"]],
    ids=["nothing", "half a line", "half a header", "an empty line"],
)
async def test_a_header_that_does_not_come_is_a_408(port: int, pieces: list[bytes]) -> None:
    assert (await sent(port, *pieces)).startswith(b"HTTP/1.1 408 ")


async def test_a_header_that_drips_is_a_408(port: int) -> None:
    drops = [bytes([byte]) for byte in b"GET / HTTP/1.1\r\nX-A: " + b"a" * 1000]
    assert (await sent(port, *drops, every=0.02)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_does_not_come_is_a_408(port: int) -> None:
    answer = await sent(port, HEAD + b'Content-Length: 100\r\n\r\n{"a":')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer


async def test_a_body_that_drips_is_a_408(port: int) -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = await sent(port, head, *[b"1\r\n \r\n"] * 500, every=0.02)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_second_header_has_its_deadline_too(port: int) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await sent(port, whole, b"GET / HTTP/1.1\r\nHo", every=0.1)
    assert answer.count(b"HTTP/1.1 200 OK") == 1
    assert b"HTTP/1.1 408 " in answer


async def test_an_idle_connection_is_closed_without_a_word(port: int) -> None:
    answer = await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.endswith(b'{"hello": true}')


async def test_requests_that_come_in_time_are_answered(port: int) -> None:
    body = b'{"a": 1}'
    post = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = await sent(port, post[:20], post[20:], body[:3], body[3:], every=0.05)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(body)


async def open_connections(port: int, number: int, send: bytes = b"") -> list[Connection]:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    for _, writer in held:
        writer.write(send)
    return held


async def close(held: list[Connection]) -> None:
    for _, writer in held:
        writer.close()
    await asyncio.gather(*(w.wait_closed() for _, w in held), return_exceptions=True)


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST_GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def keep_busy(port: int, number: int) -> list[Connection]:
    """Open connections one after another whose handlers wait for a body."""
    held = []
    for _ in range(number):
        head = HEAD + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
        (opened,) = await open_connections(port, 1, head)
        held.append(opened)
        assert await opened[0].readline() == b"HTTP/1.1 100 Continue\r\n"
    return held


async def served(port: int) -> None:
    """Await that there is room again."""
    async with asyncio.timeout(ENDED_WITHIN):
        while not (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK"):
            await asyncio.sleep(0.01)


async def test_busy_connections_beyond_the_limit_get_503() -> None:
    patient = attrs.evolve(LIMITS, body_timeout=30)
    async with server(patient) as port:
        held = await keep_busy(port, LIMITS.most)
        answer = await sent(port)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: " in answer
        await close(held)
        await served(port)


async def test_few_rejected_connections_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audiolib.entrypoints.http.connection._LINGER_SECONDS", 60)
    async with server(attrs.evolve(LIMITS, body_timeout=30)) as port:
        busy = await keep_busy(port, LIMITS.most)
        rejected = await open_connections(port, 80)
        for reader, _ in rejected:
            assert (await reader.readline()).startswith(b"HTTP/1.1 503 ")

        async def are_reset() -> bool:
            for _, writer in rejected:
                writer.write(b"x")
            return sum(writer.transport.is_closing() for _, writer in rejected) == 80 - 64

        await until(are_reset, "the oldest of 80 rejected connections are reset")
        await close([*busy, *rejected])


@pytest.mark.parametrize("opening", [b"", b"GET / HT", GET], ids=["silent", "half", "kept alive"])
async def test_idle_connections_make_room_for_new_ones(opening: bytes) -> None:
    """The oldest first; a request that is being answered is never cut off."""
    patient = attrs.evolve(LIMITS, header_timeout=30, body_timeout=30, keepalive=30)
    async with server(patient) as port:
        (busy,) = await open_connections(port, 1, HEAD + b"Content-Length: 8\r\n\r\n{")
        held = await open_connections(port, 3 * LIMITS.most, opening)
        try:
            for _ in range(10):
                assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK")
            oldest, _ = held[0]
            async with asyncio.timeout(ENDED_WITHIN):
                await oldest.read()  # ends
            busy[1].write(b'"a": 1}')
            async with asyncio.timeout(ENDED_WITHIN):
                assert (await busy[0].readline()).startswith(b"HTTP/1.1 200 OK")
        finally:
            await close([busy, *held])


async def test_one_address_has_a_limit_of_its_own() -> None:
    limits = attrs.evolve(LIMITS, body_timeout=30, most_per_peer=5)
    async with server(limits) as port:
        held = await keep_busy(port, 5)
        assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 503 ")
        other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        held.append(other)
        other[1].write(GET)
        async with asyncio.timeout(ENDED_WITHIN):
            assert (await other[0].readline()).startswith(b"HTTP/1.1 200 OK")
        await close(held)
        await served(port)


async def test_one_address_gives_up_its_own_idle_connections_first() -> None:
    limits = attrs.evolve(LIMITS, header_timeout=30, most_per_peer=5)
    async with server(limits) as port:
        other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        held = await open_connections(port, 20)
        for _ in range(10):
            assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK")
        other[1].write(GET)
        async with asyncio.timeout(ENDED_WITHIN):
            assert (await other[0].readline()).startswith(b"HTTP/1.1 200 OK")
        await close([other, *held])


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_peers_are_counted_by_network(one: str, other: str, are_one: bool) -> None:
    limits = ConnectionLimits(attrs.evolve(LIMITS, most_per_peer=1))
    connections = [Mock(peer=one), Mock(peer=other)]
    for each in connections:
        limits.set_idle(each)
    assert limits.admit(connections[0])
    limits.set_busy(connections[0])
    assert limits.admit(connections[1]) is not are_one


async def test_clients_that_do_not_read_are_ended() -> None:
    """Even where what waits for them is little, and their connection was closed already."""
    limits = attrs.evolve(LIMITS, write_timeout=0.2, most=8)
    async with server(limits) as port:
        poll, held = select.poll(), []
        for end in (b"", b"GET / HTTP/1.1\r\nHost x\r\n\r\n", GET[:9]):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
            with contextlib.suppress(BlockingIOError):
                client.send(GET * 40_000 + end)
            poll.register(client, 0)  # reports errors and hang-ups alone
            held.append(client)

        async def are_lost() -> bool:
            return len(poll.poll(0)) == len(held)

        await until(are_lost, "their connections are reset")
        for client in held:
            client.close()
        await served(port)


@pytest.mark.parametrize("number", [1, 3])
async def test_good_requests_are_answered_before_a_bad_one(port: int, number: int) -> None:
    for bad in (b"XYZ / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"):
        answer = await sent(port, GET * number + bad)
        assert answer.count(b"HTTP/1.1 200 OK") == number
        assert b"HTTP/1.1 400 Bad Request" in answer or b"HTTP/1.0 400 Bad Request" in answer


async def test_nothing_is_kept_of_what_follows_a_refusal() -> None:
    framing = RequestFraming()
    assert framing.feed(b"GET /\n\r\n\r\n") == []
    for _ in range(100):
        assert framing.feed(b"x" * 100_000) == []
    assert framing._buffer == b""


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nA:" + b" " * 32_000 + b"\x01\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 32_000, 200_000),
        (b"\r\n" * 100_000, 20),
    ],
    ids=["spaces", "one byte at a time", "empty lines"],
)
def test_each_byte_is_looked_at_once(data: bytes, most: int) -> None:
    """Counted in calls, and in seconds that no honest implementation comes near."""
    framing = RequestFraming()
    size = 1 if most > 1000 else len(data)

    def feed() -> None:
        for at in range(0, len(data), size):
            framing.feed(data[at : at + size])

    began = time.process_time()
    assert count_calls(feed) <= 16 * most
    assert time.process_time() - began < 5


def test_bodies_in_tiny_chunks_are_refused() -> None:
    framing = RequestFraming()
    framing.feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 2_000)
    assert str(framing.error) == "the body comes in too many small chunks"


async def test_trusted_proxies_are_exempt_from_the_limit_of_one_address() -> None:
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    limits = attrs.evolve(LIMITS, most_per_peer=5, trusted_proxies=networks)
    async with server(limits) as port:
        held = await open_connections(port, 20, HEAD + b"Content-Length: 9\r\n\r\n{")
        try:
            assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK")
        finally:
            await close(held)


async def test_slow_ones_do_not_hold_up_others(port: int) -> None:
    slow = [asyncio.create_task(sent(port, b"GET / HT")) for _ in range(10)]
    slow += [
        asyncio.create_task(sent(port, HEAD + b"Content-Length: 9\r\n\r\n{")) for _ in range(10)
    ]
    answers = [
        await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for _ in range(20)
    ]
    assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in answers)
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in await asyncio.gather(*slow))


async def test_response_under_way_is_not_disturbed(tmp_path: Path) -> None:
    """Neither by half of a next request, for which no 408 may be written into it, nor by others."""
    size = 8 * 1024 * 1024
    (tmp_path / "file").write_bytes(bytes(size))

    async def download(_: web.Request) -> web.FileResponse:
        return web.FileResponse(tmp_path / "file")

    limits = attrs.evolve(LIMITS, header_timeout=0.2, keepalive=0.3, most=10)
    async with server(limits, download) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=64 * 1024)
        writer.write(GET + b"GET / HT")
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Content-Length: %d" % size in head
        held = await open_connections(port, 20)
        await asyncio.sleep(0)
        received = 0
        async with asyncio.timeout(10 * ENDED_WITHIN):
            for _ in range(8):
                received += len(await reader.readexactly(size // 8))
                await sent(port)  # takes the header's timeout
            assert received == size
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        await close([(reader, writer), *held])
