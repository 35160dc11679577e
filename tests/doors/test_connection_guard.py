"""Half-sent requests are ended, and others don't suffer from them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from audiolib.entrypoints.application import new_application
from audiolib.entrypoints.json_body import json_object
from audiolib.entrypoints.serving import bound, listening, url_of
from audiolib.entrypoints.setting_groups import ConnectionLimits

LIMITS = ConnectionLimits(header_timeout=0.5, body_timeout=1, keepalive=1.5, most=30)
ENDED_WITHIN = 3.0


async def echo(request: web.Request) -> web.Response:
    return web.json_response(await json_object(request, frozenset("a")))


async def hello(_: web.Request) -> web.Response:
    return web.json_response({"hello": True})


@asynccontextmanager
async def server() -> AsyncIterator[int]:
    app = new_application()
    app.router.add_post("/", echo)
    app.router.add_get("/", hello)
    listener = bound("127.0.0.1", 0)
    async with listening(app, listener, LIMITS, patience=1):
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


async def test_connections_beyond_the_limit_are_told_so(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(LIMITS.most)]
    try:
        answer = await sent(port)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: " in answer
    finally:
        for _, writer in held:
            writer.close()
        await asyncio.gather(*(w.wait_closed() for _, w in held), return_exceptions=True)
    answer = await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")


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
