"""Random requests, read by `RequestFraming` and then by aiohttp's own parser: they must agree."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParser

from audiolib.entrypoints.http.request_framing import LARGEST_HEAD, RequestFraming
from tests.security.hostile_framing import END, GET, POST, ROWS

_TOKENS = (
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"_", b"-", b"+", b"0", b"1"),
    *(b"5", b"a", b"F", b"\r\n\r\n", b"0\r\n\r\n", b"5\r\nhello\r\n", b"chunked", b"identity"),
    *(b"Content-Length: ", b"Transfer-Encoding: ", b"Connection: close\r\n", b"Upgrade: h2c\r\n"),
    *(b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n", b"Trailer: X\r\n", b"HTTP/1.0"),
    *(b"HTTP/1.1", b"GET ", b"POST ", b"HEAD ", b"CONNECT ", b"Host: x\r\n", b"\xff", b"\x80"),
)
_GOOD = (
    GET + b"\r\n",
    POST + b"Content-Length: 5\r\n\r\nhello",
    POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
)


def generate(rng: random.Random) -> bytes:
    """Return a few requests, mutated a little."""
    parts = [rng.choice(_GOOD) for _ in range(rng.randrange(1, 4))]
    parts.insert(rng.randrange(len(parts) + 1), rng.choice(ROWS).sent)
    data = b"".join(parts) + END
    for _ in range(rng.randrange(4)):
        at, length = rng.randrange(len(data)), rng.randrange(1, 5)
        match rng.randrange(3):
            case 0:
                data = data[:at] + rng.choice(_TOKENS) + data[at:]
            case 1:
                data = data[:at] + data[at + length :]
            case _:
                data = data[:at] + rng.choice(_TOKENS) + data[at + length :]
    return data


def cut(data: bytes, rng: random.Random) -> Sequence[bytes]:
    """Return the data in pieces, as a network may deliver them."""
    size = rng.choice((1, 2, 3, 7, 64, 100_000))
    return [data[at : at + size] for at in range(0, len(data), size)]


def disagreement(pieces: Sequence[bytes], loop: asyncio.AbstractEventLoop) -> str:
    """Return how the two readings differ; nothing if they agree.

    Where aiohttp refuses what the framing let through, it ends the connection: that is safe.
    """
    framing = RequestFraming()
    limits = {"max_line_size": LARGEST_HEAD, "max_field_size": LARGEST_HEAD}
    parser = HttpRequestParser(Mock(), loop, 2**20, auto_decompress=False, **limits)
    messages: list[Any] = []
    for piece in pieces:
        for passed in framing.feed(piece):
            try:
                found, upgraded, tail = parser.feed_data(passed)
            except HttpProcessingError:
                return ""
            messages += found
            if upgraded or tail:
                return "aiohttp has switched protocols"
    complete = sum(payload.is_eof() for _, payload in messages)
    if len(messages) != framing.requests:
        return f"aiohttp sees {len(messages)} requests, the framing {framing.requests}"
    expected = framing.requests - framing.is_inside_body
    if complete != expected:
        return f"aiohttp sees {complete} complete requests, the framing {expected}"
    return ""


def search(seed: int, rounds: int) -> list[str]:
    """Return every disagreement of so many random requests."""
    rng, loop = random.Random(seed), asyncio.new_event_loop()
    found = []
    try:
        for _ in range(rounds):
            data = generate(rng)
            if how := disagreement(cut(data, rng), loop):
                found.append(f"{how}: {data!r}")
    finally:
        loop.close()
    return found
