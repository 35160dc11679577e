"""The HTTP adapters over real sockets: proxies, tokens, stalls, and every answer there is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.generators import generator_app

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner
from audiolib.domain.model.errors import (
    CleanupRefusedError,
    SourceNotFoundError,
    SourceUnavailableError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.http.problem_details import Handler
from audiolib.testing.contracts.samples import PATIENCE

FAST = HttpSettings(connect_timeout=0.2, first_byte_timeout=0.2, stall_timeout=0.2)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_http_session(HttpSettings()) as opened:
        yield opened


async def test_proxies_of_the_environment_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "speech.wav").write_bytes(b"bytes")
    async with _server(_never) as proxy, TestServer(generator_app(tmp_path)) as generator:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, _base(proxy))
        async with open_http_session(FAST) as session:
            assert await _read(session, _temp_file(generator)) == b"bytes"


@pytest.mark.parametrize("token", [None, "s3cret"])
async def test_requests_carry_the_token_and_no_cookie(token: str | None) -> None:
    told: list[tuple[str | None, ...]] = []

    async def answer(request: web.Request) -> web.Response:
        told.append(tuple(map(request.headers.get, ("Accept-Encoding", "Authorization", "Cookie"))))
        return web.Response(body=b"bytes", headers={"Set-Cookie": "a=b; Path=/"})

    async with _server(answer) as server, open_http_session(HttpSettings(token=token)) as session:
        for _ in range(2):
            assert await _read(session, _temp_file(server)) == b"bytes"
    assert told == [("identity", token and f"Bearer {token}", None)] * 2


async def test_slow_but_steady_is_no_stall_and_chunks_declare_no_size() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(8):
            await asyncio.sleep(FAST.stall_timeout / 3)
            await response.write(b"12345")
        return response

    async with _server(answer) as server, open_http_session(FAST) as session:
        source = HttpAudioSource(session=session, settings=FAST)
        async with source.open(_temp_file(server)) as opened:
            assert opened.size is None
            assert b"".join([chunk async for chunk in opened.chunks]) == b"12345" * 8


async def test_refusals_use_up_no_connections(session: aiohttp.ClientSession) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=404, headers={"Content-Length": "99"})
        await response.prepare(request)
        return await _never(request)

    async with _server(answer) as server:
        for _ in range(100):
            with pytest.raises(SourceNotFoundError):
                await asyncio.wait_for(_read(session, _temp_file(server)), PATIENCE)


CLEANUP_ANSWERS: dict[int, type[Exception] | None] = {
    **dict.fromkeys((200, 202, 204, 404, 410)),
    **dict.fromkeys((400, 401, 403, 405, 412, 422, 501), CleanupRefusedError),
    **dict.fromkeys((302, 307, 408, 409, 429, 500, 502, 503, 504), SourceUnavailableError),
}


@pytest.mark.parametrize("status", CLEANUP_ANSWERS)
async def test_every_answer_to_a_cleanup_has_its_meaning(
    session: aiohttp.ClientSession, status: int
) -> None:
    requests: list[tuple[str, str, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        requests.append((request.method, request.path, request.headers.get("If-Match")))
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    error = CLEANUP_ANSWERS[status]
    async with _server(answer) as server:
        cleaning = _delete(session, server)
        if error is None:
            await cleaning
        else:
            with pytest.raises(error):
                await cleaning
    assert requests == [("DELETE", "/api/cleanup/temp/speech.wav", '"the-etag"')]


async def test_no_generator_at_all_is_unavailable(session: aiohttp.ClientSession) -> None:
    async with _server(_never) as server:
        temp_file = _temp_file(server)
    with pytest.raises(SourceUnavailableError):
        await HttpTempCleaner(session=session).delete(temp_file, etag=None)


async def _never(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


async def _drip(request: web.Request) -> web.Response:
    """Headers that never end, though something comes all the time."""
    transport = request.transport
    assert isinstance(transport, asyncio.Transport)
    transport.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not transport.is_closing():
        transport.write(b"x")
        await asyncio.sleep(0.02)
    return web.Response()


@pytest.mark.parametrize("answer", [_never, _drip])
async def test_a_cleanup_ends_at_its_deadline(answer: Handler) -> None:
    async with _server(answer) as server, open_http_session(FAST) as session:
        with pytest.raises(SourceUnavailableError):
            await asyncio.wait_for(_delete(session, server, FAST), PATIENCE)


def _server(answer: Handler) -> TestServer:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return TestServer(app)


def _base(server: TestServer) -> str:
    return str(server.make_url("")).rstrip("/")


def _temp_file(server: TestServer) -> TempFile:
    return TempFile(base=_base(server), name=TempName("speech.wav"))


async def _read(session: aiohttp.ClientSession, temp_file: TempFile) -> bytes:
    async with HttpAudioSource(session=session).open(temp_file) as opened:
        return b"".join([chunk async for chunk in opened.chunks])


async def _delete(
    session: aiohttp.ClientSession, server: TestServer, settings: HttpSettings = FAST
) -> None:
    cleaner = HttpTempCleaner(session=session, settings=settings)
    await cleaner.delete(_temp_file(server), etag='"the-etag"')
