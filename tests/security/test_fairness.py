"""What one caller does never takes from another what is theirs."""

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from audiolib import Tenant
from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.domain.model.errors import SourceUnavailableError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.config.groups import ConnectionSettings, SpeakingLimits
from audiolib.entrypoints.config.logs import TextFormatter
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.health import CachedCheck
from audiolib.entrypoints.http.response_stream import ReadPace, send_body
from audiolib.entrypoints.http.server import bind_socket, listen, url_of
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer
from tests.e2e.stack import until
from tests.generators import generator_app
from tests.security.site import Site, running_site
from tests.stores import EMBEDDED

DEADLINE = 10.0
EVE = Tenant(customer_id="evil", user_id="eve")


async def test_bad_links_use_up_nothing_of_good_ones(tmp_path: Path) -> None:
    async with running_site({**EMBEDDED, "READ_RATE": "25"}, tmp_path) as site:
        saved = await site.saved(await site.api_key())
        link = saved["storage"]["url"].removeprefix(site.gateway)
        bare, wrong = link.partition("?")[0], link[:-4] + "0000"
        for _ in range(60):
            assert (await site.call("GET", bare)).status in (404, 429)
            assert (await site.call("GET", wrong)).status in (404, 429)
        assert (await site.call("GET", wrong)).status == 429
        assert [(await site.call("GET", link)).status for _ in range(40)] == [200] * 40


async def test_good_links_have_a_rate_of_their_own(tmp_path: Path) -> None:
    async with running_site({**EMBEDDED, "READ_RATE": "2"}, tmp_path) as site:
        saved = await site.saved(key := await site.api_key())
        link = saved["storage"]["url"].removeprefix(site.gateway)
        found = [await site.call("GET", link) for _ in range(10)]
        assert {answer.status for answer in found} == {200, 429}
        assert all("Retry-After" in answer.headers for answer in found if answer.status == 429)
        assert (await site.call("GET", "/audio-library", key)).status == 200


async def test_errors_of_one_request_are_few_and_short(site: Site) -> None:
    key = await site.api_key()
    body = json.dumps({f"f{number}": 0 for number in range(120_000)})
    headers = {**key, "Content-Type": "application/json"}
    answer = await site.call("POST", "/audio-library", headers, data=io.BytesIO(body.encode()))
    assert answer.status == 422
    assert len(answer.json["errors"]) == 20
    assert len(answer.body) < 5_000
    long = {"text": "x", "voice": "v", "audio_url": "/temp/a.wav", "tags": ["\x01"] * 32}
    answer = await site.call("POST", "/audio-library", key, json=long)
    assert len(answer.json["errors"]) <= 20


def test_log_lines_are_bounded() -> None:
    formatter = TextFormatter("%(message)s")
    record = logging.LogRecord("x", logging.INFO, "", 0, "\n" * 1_000_000, (), None)
    assert len(formatter.format(record)) < 5_000
    try:
        raise ValueError("y" * 1_000_000)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("x", logging.INFO, "", 0, "z", (), info)
    assert len(formatter.format(record)) < 25_000


async def test_pace_ends_clients_that_read_too_slowly() -> None:
    """Only time spent waiting counts, in windows: what the buffers took at first is no excuse."""
    now = 0.0
    slowness = 0.0

    class Response:
        async def write(self, data: bytes) -> None:
            nonlocal now
            now += len(data) * slowness

    pace, response = ReadPace(100, lambda: now), Response()
    await pace.write(response, bytes(1_000_000))  # type: ignore[arg-type]
    slowness = 1 / 101
    for _ in range(100):
        now += 1000  # our own work in between
        await pace.write(response, bytes(100))  # type: ignore[arg-type]
    slowness = 1 / 50

    async def read_slowly() -> None:
        for _ in range(20):
            await pace.write(response, bytes(100))  # type: ignore[arg-type]

    with pytest.raises(TimeoutError):
        await read_slowly()


async def test_download_that_is_not_read_ends() -> None:
    ended = asyncio.Event()

    async def zeros() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield bytes(256 * 1024)

    async def download(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        failed = await send_body(request, response, zeros(), min_rate=1_000_000, window=0.2)
        assert isinstance(failed, TimeoutError)
        ended.set()
        return response

    app = new_application()
    app.router.add_get("/", download)
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        async with (
            listen(app, listener, ConnectionSettings(), patience=1),
            aiohttp.ClientSession() as http,
            http.get(url_of(listener)) as answer,
        ):
            async with asyncio.timeout(2 * DEADLINE):
                await ended.wait()
            with pytest.raises(aiohttp.ClientError):
                await answer.read()


class SlowVoice(SpeechSynthesizer):
    """Speaks a sentence whenever it is told to go on, and counts them."""

    voices = ("slow",)

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.spoken = 0

    async def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        for _ in request.text.split():
            await self.go_on.wait()
            self.spoken += 1
            yield Pcm(sample_rate=8000, frames=bytes(1600))
            await asyncio.sleep(0)


async def test_one_tenant_can_not_fill_the_generators_queue(tmp_path: Path) -> None:
    voice = SlowVoice()
    app = generator_app(tmp_path, voice, SpeakingLimits(queue=8, per_tenant=2))
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        url = f"{url_of(listener)}/api/generate"
        async with (
            listen(app, listener, ConnectionSettings(), patience=1, cancel_abandoned=True),
            aiohttp.ClientSession() as http,
        ):

            async def speak(user: str) -> int:
                who = {"x-customer-id": "acme", "x-user-id": user}
                body = {"text": "a b", "voice": "slow"}
                async with http.post(url, json=body, headers=who) as answer:
                    return answer.status

            greedy = [asyncio.create_task(speak("eve")) for _ in range(10)]
            done, _ = await asyncio.wait(greedy, return_when=asyncio.FIRST_COMPLETED)
            other = asyncio.create_task(speak("ann"))
            voice.go_on.set()
            assert {task.result() for task in done} == {429}
            assert await other == 201
            assert sorted(await asyncio.gather(*greedy)) == [201] * 2 + [429] * 8


async def test_generator_stops_when_the_client_has_gone(tmp_path: Path) -> None:
    """Through the gateway too: it gives up its own request, and the generator sees that."""
    voice = SlowVoice()
    async with running_site(EMBEDDED, tmp_path, synthesizer=voice) as site:
        key = await site.api_key()
        body = {"text": "word " * 1000, "voice": "slow"}
        task = asyncio.create_task(site.call("POST", "/audio/generate", key, json=body))
        voice.go_on.set()

        async def speaks() -> bool:
            return voice.spoken > 2

        await until(speaks, "the voice speaks")
        voice.go_on.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        async def is_empty() -> bool:
            return not list(site.stack.folder.iterdir())

        await until(is_empty, "the unfinished temp file is removed")
        before = voice.spoken
        voice.go_on.set()
        answer = await site.call("POST", "/audio/generate", key, json=body | {"text": "a b"})
        assert answer.status == 201
        assert voice.spoken == before + 2


async def test_work_of_one_text_is_bounded(tmp_path: Path) -> None:
    limits = SpeakingLimits(longest_text=50, longest=0.1)
    app = generator_app(tmp_path, SlowVoice(), limits)
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        url = f"{url_of(listener)}/api/generate"
        async with (
            listen(app, listener, ConnectionSettings(), patience=1),
            aiohttp.ClientSession() as http,
        ):
            async with http.post(url, json={"text": "x" * 51, "voice": "slow"}) as answer:
                assert answer.status == 422
                assert (await answer.json())["errors"][0]["field"] == "text"
            async with http.post(url, json={"text": "x", "voice": "slow"}) as answer:
                assert answer.status == 504
                assert (await answer.json())["code"] == "speech_timeout"
    assert list(tmp_path.iterdir()) == []


async def test_readiness_is_checked_once_a_second() -> None:
    now, checks = 0.0, 0

    async def check() -> Mapping[str, str]:
        nonlocal checks
        checks += 1
        await asyncio.sleep(0)
        return {"storage": "ok"}

    cached = CachedCheck(check, clock=lambda: now)
    for second in range(1, 4):
        found = await asyncio.gather(*(cached.result() for _ in range(100)))
        assert found == [{"storage": "ok"}] * 100
        assert checks == second
        now += 1.0


async def test_endless_interim_responses_end_soon() -> None:
    """They used to be read without a pause, so that no deadline could be noticed."""
    sent = 0

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        try:
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5_000)
                sent += 1
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = HttpSettings(tries=1, first_byte_timeout=60)
    temp_file = TempFile(base=f"http://127.0.0.1:{port}", name=TempName("a.wav"))
    async with open_http_session(settings) as session:
        with pytest.raises(SourceUnavailableError):
            async with HttpAudioSource(session=session, settings=settings).open(temp_file):
                pass
    server.close()
    await server.wait_closed()
    assert sent < 200


async def test_a_few_interim_responses_are_no_fault() -> None:
    async def hint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 5)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + bytes(3000))
        writer.close()

    server = await asyncio.start_server(hint, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    temp_file = TempFile(base=f"http://127.0.0.1:{port}", name=TempName("a.wav"))
    async with (
        open_http_session(HttpSettings()) as session,
        HttpAudioSource(session=session).open(temp_file) as opened,
    ):
        assert opened.size == sum([len(chunk) async for chunk in opened.chunks]) == 3000
    server.close()
    await server.wait_closed()


async def test_compressed_bodies_block_nothing(site: Site) -> None:
    """4.8 MB on one connection once held up every other for seconds, without any credential."""
    bomb = b"\x1f\x8b\x08" + bytes(1_900_000)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    attacks = [
        asyncio.create_task(
            site.call("POST", "/audio-library", headers, data=io.BytesIO(bomb), base=base)
        )
        for base in (site.gateway, site.stack.library, site.stack.generator)
    ]
    began = time.monotonic()
    assert (await site.call("GET", "/health/live")).status == 200
    assert time.monotonic() - began < DEADLINE
    answers = await asyncio.gather(*attacks)
    assert {answer.json["code"] for answer in answers} <= {"unsupported_encoding", "not_found"}
    assert answers[0].status == answers[1].status == 415
