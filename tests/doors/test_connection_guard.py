"""Half-sent requests are ended, and others don't suffer from them."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest
from aiohttp import web

from audiolib.entrypoints.application import new_application
from audiolib.entrypoints.json_body import json_object
from audiolib.entrypoints.serving import bound, listening, url_of
from audiolib.entrypoints.setting_groups import ConnectionSettings

LIMITS = ConnectionSettings(header_timeout=0.5, body_timeout=1, keepalive=1.5, most=30)
ENDED_WITHIN = 3.0
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(request: web.Request) -> web.Response:
    return web.json_response(await json_object(request, frozenset("a")))


async def hello(_: web.Request) -> web.Response:
    return web.json_response({"hello": True})


@asynccontextmanager
async def server(limits: ConnectionSettings = LIMITS) -> AsyncIterator[int]:
    app = new_application()
    app.router.add_post("/", echo)
    app.router.add_get("/", hello)
    listener = bound("127.0.0.1", 0)
    async with listening(app, listener, limits, patience=1):
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
    assert b'"code": "request_timeout"' in answer


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


async def test_busy_connections_beyond_the_limit_get_503() -> None:
    patient = attrs.evolve(LIMITS, body_timeout=30)
    async with server(patient) as port:
        held: list[Connection] = []
        try:
            for _ in range(LIMITS.most):
                (opened,) = await open_connections(
                    port, 1, HEAD + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
                )
                held.append(opened)
                assert (
                    await opened[0].readline() == b"HTTP/1.1 100 Continue\r\n"
                )  # its handler runs
            assert (await sent(port)).startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: " in await sent(port)
        finally:
            await close(held)
        assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK")


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
    limits = attrs.evolve(LIMITS, header_timeout=30, most_per_peer=5)
    async with server(limits) as port:
        held = await open_connections(port, 5)
        try:
            assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 503 ")
            other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            held.append(other)
            other[1].write(GET)
            async with asyncio.timeout(ENDED_WITHIN):
                assert (await other[0].readline()).startswith(b"HTTP/1.1 200 OK")
        finally:
            await close(held)
        assert (await sent(port, LAST_GET)).startswith(b"HTTP/1.1 200 OK")


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
