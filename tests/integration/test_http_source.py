"""A generator that answers wrongly, and what is made of each of its answers."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from enum import Enum, auto

import aiohttp
import attrs
import pytest
import stamina

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.domain.model.errors import SourceNotFoundError as Missing
from audiolib.domain.model.errors import SourceTruncatedError as Truncated
from audiolib.domain.model.errors import SourceUnavailableError as Unavailable
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile

PATIENCE = 20.0
SETTINGS = HttpSettings(connect_timeout=0.2, first_byte_timeout=0.2, stall_timeout=0.2)


class Act(Enum):
    RESET = auto()  # the connection, without a goodbye
    STALL = auto()  # until the client has gone
    DRIP = auto()  # a byte every 20 ms, until the client has gone
    LAG = auto()  # 60 ms


Script = tuple[bytes | Act, ...]


def answer(headers: str, body: bytes = b"whole", status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: audio/wav", *headers.split("\n"), ""]
    return "\r\n".join(line for line in lines if line).encode("latin-1") + b"\r\n\r\n" + body


@attrs.define
class Hostile:
    """Gives the nth connection the nth script, the last one to all that follow."""

    scripts: tuple[Script, ...]
    base: str = ""
    requests: list[bytes] = attrs.field(factory=list)
    open: set[asyncio.Task[None] | None] = attrs.field(factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(asyncio.current_task())
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            for step in self.scripts[min(len(self.requests), len(self.scripts)) - 1]:
                await self._do(step, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left first
        finally:
            writer.close()

    async def all_closed(self) -> None:
        if self.open:
            _, still_open = await asyncio.wait(self.open, timeout=PATIENCE)
            assert not still_open

    async def _do(
        self, step: bytes | Act, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match step:
            case bytes():
                writer.write(step)
            case Act.RESET:
                linger = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.get_extra_info("socket").setsockopt(*linger)
            case Act.STALL:
                await reader.read()
            case Act.DRIP:
                left = asyncio.create_task(reader.read())
                while not (await asyncio.wait([left], timeout=0.02))[0]:
                    writer.write(b"x")
            case Act.LAG:
                await asyncio.sleep(0.06)


@asynccontextmanager
async def hostile(*scripts: Script) -> AsyncIterator[Hostile]:
    played = Hostile(scripts)
    async with await asyncio.start_server(played.serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        played.base = f"http://{host}:{port}"
        yield played
        await played.all_closed()


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_http_session(SETTINGS) as opened:
        yield opened


async def read(session: aiohttp.ClientSession, base: str, into: list[bytes] | None = None) -> bytes:
    chunks = [] if into is None else into
    source = HttpAudioSource(session=session, settings=SETTINGS)
    async with source.open(TempFile(base=base, name=TempName("speech.wav"))) as opened:
        async for chunk in opened.chunks:
            chunks.append(chunk)
    return b"".join(chunks)


LENGTH, CHUNKED = "Content-Length: 5", "Transfer-Encoding: chunked"
WHOLE: Script = (answer(LENGTH),)
STATUSES = {
    Missing: ("404 Not Found", "410 Gone"),
    Unavailable: ("403 Forbidden", "204 Empty", "206 Partial", "304 Same", "101 Switch", "99", "x"),
}
BAD_LENGTHS = ("-5", "+5", "5, 5", "0x5", "5 5", "", "five", "5_0", "\xb2", "1e1", "9" * 30)
UNTRUSTED = (
    "",
    "Connection: close",
    f"{LENGTH}\n{CHUNKED}",
    f"{CHUNKED}\n{LENGTH}",
    f"{LENGTH}\nContent-Length: 4",
    f"{LENGTH}\n{LENGTH}",
    f"{LENGTH}\nX-Long: {'x' * 20_000}",
    f"{LENGTH}\nContent-Range: bytes 0-4/9",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, gzip",
    *(f"Content-Length: {n}" for n in BAD_LENGTHS),
    *(f"{LENGTH}\nContent-Encoding: {e}" for e in ("gzip", "GZIP", "br", "zstd", "x-y")),
    f"{LENGTH}\nContent-Encoding: identity, gzip",
)
BAD_SIZES = (b"f" * 16, b"f" * 17, b"-5", b"+5", b"0x5", b"", b"five", b"5 5", b"4")
X40 = b"x" * 40
BROKEN: dict[str, tuple[type[Exception], Script]] = {
    "no HTTP": (Unavailable, (b"220 mail.test ESMTP\r\n",)),
    "HTTP/0.9": (Unavailable, (b"RIFF....WAVE",)),
    "HTTP/1.0 without a length": (Unavailable, (b"HTTP/1.0 200 OK\r\n\r\nwhole",)),
    "no byte at all": (Unavailable, ()),
    "reset before the first byte": (Unavailable, (Act.RESET,)),
    "never a byte": (Unavailable, (Act.STALL,)),
    "headers byte by byte": (Unavailable, (b"HTTP/1.1 200 OK\r\nX-Drip: ", Act.DRIP)),
    "closed inside the headers": (Unavailable, (answer(LENGTH, b"")[:-2],)),
    "neither length nor chunks, and cut": (Unavailable, (answer("", X40), Act.RESET)),
    "40 of 100 bytes": (Truncated, (answer("Content-Length: 100", X40),)),
    "none of 100 bytes": (Truncated, (answer("Content-Length: 100", b""),)),
    "reset after 40 of 100": (Truncated, (answer("Content-Length: 100", X40), Act.LAG, Act.RESET)),
    "cut in a chunk": (Truncated, (answer(CHUNKED, b"64\r\n" + X40),)),
    "cut after a chunk": (Truncated, (answer(CHUNKED, b"28\r\n" + X40 + b"\r\n"),)),
    "cut in the last chunk": (Truncated, (answer(CHUNKED, b"5\r\nwhole\r\n0\r\n"),)),
    "reset between chunks": (Truncated, (answer(CHUNKED, b"5\r\nwhole\r\n"), Act.LAG, Act.RESET)),
    "stalls in the body": (Unavailable, (answer("Content-Length: 100", X40), Act.STALL)),
    "stalls before the body": (Unavailable, (answer("Content-Length: 100", b""), Act.STALL)),
    "stalls in a chunk": (Unavailable, (answer(CHUNKED, b"64\r\n" + X40), Act.STALL)),
    "404 whose body stalls": (Missing, (answer(LENGTH, b"", "404 Not Found"), Act.STALL)),
    **{
        f"{status} with {headers!r}": (error, (answer(headers, b"", status),))
        for error, statuses in STATUSES.items()
        for status in statuses
        for headers in ("Content-Length: 0", "")
    },
    **{f"200 with {h[:60]!r}": (Unavailable, (answer(h),)) for h in UNTRUSTED},
}


@pytest.mark.parametrize(("error", "script"), BROKEN.values(), ids=BROKEN)
async def test_a_bad_answer_is_the_right_error_and_its_connection_is_let_go(
    session: aiohttp.ClientSession, error: type[Exception], script: Script
) -> None:
    async with hostile(script) as server:
        with pytest.raises(error) as caught:
            await asyncio.wait_for(read(session, server.base), PATIENCE)
        await server.all_closed()
    assert caught.type is error
    async with hostile(WHOLE) as other:
        assert await read(session, other.base) == b"whole"


@pytest.mark.parametrize("size", BAD_SIZES, ids=repr)
async def test_a_chunk_of_a_wrong_size_is_never_taken_for_audio(
    session: aiohttp.ClientSession, size: bytes
) -> None:
    wrong = size + b"\r\nwhole\r\n0\r\n\r\n"
    for script in ((answer(CHUNKED, wrong),), (answer(CHUNKED, b"1\r\nx\r\n"), Act.LAG, wrong)):
        async with hostile(script) as server:
            with pytest.raises((Truncated, Unavailable)):
                await asyncio.wait_for(read(session, server.base), PATIENCE)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(session: aiohttp.ClientSession, status: int) -> None:
    async with hostile(WHOLE) as elsewhere:
        location = f"Location: {elsewhere.base}/temp/speech.wav\nContent-Length: 0"
        async with hostile((answer(location, b"", f"{status} There"),)) as server:
            with pytest.raises(Unavailable):
                await read(session, server.base)
        assert (len(server.requests), elsewhere.requests) == (1, [])


FAILURES: dict[str, Script] = {
    "500": (answer(LENGTH, status="500 Broken"),),
    "503 that stalls": (answer(LENGTH, b"", "503 Busy"), Act.STALL),
    "no answer": (Act.STALL,),
    "reset": (Act.RESET,),
    "closed": (),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_until_the_first_byte_it_is_tried_again(
    session: aiohttp.ClientSession, failure: Script
) -> None:
    async with hostile(failure, failure, WHOLE) as server:
        assert await read(session, server.base) == b"whole"
    async with hostile(failure) as server:
        with pytest.raises(Unavailable):
            await read(session, server.base)
        # aiohttp itself connects once more when a connection closes without an answer.
        assert 3 <= len(server.requests) <= 6


@pytest.mark.parametrize("cut", ["40 of 100 bytes", "cut in a chunk", "stalls in the body"])
async def test_once_bytes_were_handed_on_nothing_is_tried_again(
    session: aiohttp.ClientSession, cut: str
) -> None:
    error, script = BROKEN[cut]
    handed_on: list[bytes] = []
    async with hostile(script, WHOLE) as server:
        with pytest.raises(error):
            await read(session, server.base, handed_on)
        assert (len(server.requests), X40.startswith(b"".join(handed_on))) == (1, True)


ETAGS = {'"a"': '"a"', 'W/"a"': None, "a": None, '"\xff"': None, '"\x7f"': None, "": None}


@pytest.mark.parametrize("etag", [*ETAGS, "x" * 5000])
async def test_an_etag_that_nothing_could_carry_is_none(
    session: aiohttp.ClientSession, etag: str
) -> None:
    async with hostile((answer(f"{LENGTH}\nETag: {etag}"),)) as server:
        temp_file = TempFile(base=server.base, name=TempName("speech.wav"))
        async with HttpAudioSource(session=session).open(temp_file) as opened:
            assert opened.etag == ETAGS.get(etag)
