"""The HTTP adapters keep their ports' contracts, over real sockets to the real generator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner
from audiolib.adapters.memory import ToneSynthesizer
from audiolib.domain.model.errors import (
    CleanupRefusedError,
    SourceNotFoundError,
    SourceUnavailableError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.entrypoints.generator.app import create_generator
from audiolib.entrypoints.generator.recording import Recorder
from audiolib.entrypoints.generator.temp_folder import TempFolder
from audiolib.entrypoints.http.problem_details import Handler
from audiolib.testing.contracts import AudioSourceContract, TempCleanerContract
from audiolib.testing.contracts.audio_source import Publish
from audiolib.testing.contracts.samples import PATIENCE
from audiolib.testing.contracts.temp_cleaner import EtagOf, Exists

FAST = HttpSettings(connect_timeout=0.2, first_byte_timeout=0.2, stall_timeout=0.2)


@pytest.fixture
def folder(tmp_path: Path) -> TempFolder:
    return TempFolder(tmp_path / "temp")


@pytest.fixture
async def generator(folder: TempFolder) -> AsyncIterator[str]:
    recorder = Recorder(ToneSynthesizer(), folder, SpeakingLimits(queue=4))
    app = create_generator(recorder, temp_file_ttl=timedelta(hours=1))
    async with TestServer(app) as server:
        yield _base(server)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_http_session(HttpSettings()) as opened:
        yield opened


@pytest.fixture
def publish(folder: TempFolder, generator: str) -> Publish:
    async def publish(name: str, data: bytes) -> TempFile:
        temp_name = TempName(name)
        folder.part(temp_name).write_bytes(data)
        folder.publish(temp_name)
        return TempFile(base=generator, name=temp_name)

    return publish


class TestHttpAudioSource(AudioSourceContract):
    @pytest.fixture
    def source(self, session: aiohttp.ClientSession) -> HttpAudioSource:
        return HttpAudioSource(session=session)

    @pytest.fixture
    def publish(self, publish: Publish) -> Publish:
        return publish


class TestHttpTempCleaner(TempCleanerContract):
    @pytest.fixture
    def cleaner(self, session: aiohttp.ClientSession) -> HttpTempCleaner:
        return HttpTempCleaner(session=session)

    @pytest.fixture
    def publish(self, publish: Publish) -> Publish:
        return publish

    @pytest.fixture
    def exists(self, folder: TempFolder) -> Exists:
        async def exists(temp_file: TempFile) -> bool:
            return (folder.root / str(temp_file.name)).exists()

        return exists

    @pytest.fixture
    def etag_of(self, session: aiohttp.ClientSession) -> EtagOf:
        async def etag_of(temp_file: TempFile) -> str | None:
            async with HttpAudioSource(session=session).open(temp_file) as opened:
                return opened.etag

        return etag_of


async def test_proxies_of_the_environment_are_ignored(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _server(_never) as proxy:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, _base(proxy))
        temp_file = await publish("speech.wav", b"bytes")
        async with open_http_session(FAST) as session:
            assert await _read(session, temp_file) == b"bytes"


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
