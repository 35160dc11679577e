"""The audio-generation service, over real sockets."""

import asyncio
import re
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from audiolib.adapters.memory import ToneSynthesizer
from audiolib.domain.model.speech_request import SpeechRequest
from audiolib.entrypoints.generator.app import create_generator
from audiolib.entrypoints.generator.recording import Recorder
from audiolib.entrypoints.generator.temp_folder import TempFolder
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer

PATIENCE = 20.0
SECRET = b"RIFF the canary's own bytes"
JSON = {"Content-Type": "application/json"}
Client = TestClient[Any, Any]


@asynccontextmanager
async def serving(
    folder: TempFolder, voice: SpeechSynthesizer, *, queue: int = 2, ttl: float = 3600
) -> AsyncIterator[Client]:
    app = create_generator(
        Recorder(voice, folder, queue=queue), temp_file_ttl=timedelta(seconds=ttl)
    )
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> TempFolder:
    folder = TempFolder(tmp_path / "temp")
    folder.root.mkdir()
    return folder


@pytest.fixture
async def client(folder: TempFolder) -> AsyncIterator[Client]:
    async with serving(folder, ToneSynthesizer()) as client:
        yield client


async def generate(client: Client, **fields: object) -> tuple[int, dict[str, Any]]:
    body = {"text": "Hello world", "voice": "tone", **fields}
    async with client.post("/api/generate", json=body) as answer:
        return answer.status, await answer.json()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_text_becomes_a_temp_file(client: Client, folder: TempFolder) -> None:
    body = {"text": "Hello world", "voice": "tone", "language": None}
    async with client.post("/api/generate", json=body) as answer:
        assert answer.status == 201
        told = await answer.json()
        assert answer.headers["Location"] == told["audio_url"]
    assert re.fullmatch(r"/temp/audio_[0-9a-f]{32}\.wav", told["audio_url"])
    async with client.get(told["audio_url"]) as answer:
        audio = await answer.read()
    with wave.open(BytesIO(audio)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 12 * 400)
    assert told == {
        "success": True,
        "audio_url": told["audio_url"],
        "filename": told["audio_url"].removeprefix("/temp/"),
        "voice": "tone",
        "size": len(audio),
        "duration": 0.6,
        "sample_rate": 8000,
        "content_type": "audio/wav",
    }
    assert [path.name for path in folder.root.iterdir()] == [told["filename"]]


async def test_twice_the_speed_is_half_as_long(client: Client) -> None:
    assert [(await generate(client, speed=speed))[1]["duration"] for speed in (1, 2)] == [0.6, 0.3]


async def test_names_have_128_random_bits_and_never_repeat(folder: TempFolder) -> None:
    numbers = [int(str(folder.new_name())[len("audio_") : -len(".wav")], 16) for _ in range(2000)]
    assert len(set(numbers)) == 2000
    for bit in range(128):
        assert 700 < sum(number >> bit & 1 for number in numbers) < 1300


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": None}, ["text"]),
        ({"text": ""}, ["text"]),
        ({"text": " \n"}, ["text"]),
        ({"text": 5}, ["text"]),
        ({"text": ["Hello"]}, ["text"]),
        ({"text": "a\u0000b"}, ["text"]),
        ({"text": "\ud800"}, ["text"]),
        ({"text": "x" * 100_001}, ["text"]),
        ({"voice": "nobody"}, ["voice"]),
        ({"voice": ""}, ["voice"]),
        ({"voice": {}}, ["voice"]),
        ({"language": "no language"}, ["language"]),
        ({"language": 1}, ["language"]),
        ({"speed": 0}, ["speed"]),
        ({"speed": 100}, ["speed"]),
        ({"speed": "1"}, ["speed"]),
        ({"speed": True}, ["speed"]),
        ({"pitch": 1}, ["pitch"]),
        ({"pitch": None}, ["pitch"]),
        (
            {"text": "", "voice": 1, "language": "?", "speed": -1},
            ["text", "voice", "language", "speed"],
        ),
    ],
    ids=lambda value: repr(value)[:50],
)
async def test_fields_that_break_their_rules_are_named(
    client: Client, folder: TempFolder, fields: dict[str, object], named: list[str]
) -> None:
    status, problem = await generate(client, **fields)
    assert (status, problem["code"], problem["success"]) == (422, "invalid_request", False)
    assert sorted(fault["field"] for fault in problem["errors"]) == sorted(named)
    assert list(folder.root.iterdir()) == []


GOOD = b'{"text": "Hello", "voice": "tone"}'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b'"text"', JSON),
        (b"{'text': 'Hello'}", JSON),
        (b'{"text": "Hello", "text": "twice"}', JSON),
        (b'{"text": "Hello", "speed": NaN}', JSON),
        (b'{"text": "Hello", "speed": Infinity}', JSON),
        (b'{"text": "Hello", "speed": ' + b"9" * 5000 + b"}", JSON),
        (b'{"text": "\xff\xfe"}', JSON),
        (b"[" * 100_000, JSON),
        (GOOD, {}),
        (GOOD, {"Content-Type": "text/plain"}),
        (GOOD, {"Content-Type": "application/x-www-form-urlencoded"}),
        (GOOD, {"Content-Type": "multipart/form-data; boundary=x"}),
        (GOOD, {"Content-Type": "application/jsonp"}),
    ],
    ids=lambda value: repr(value)[:50],
)
async def test_a_body_that_cannot_be_read_is_malformed(
    client: Client, folder: TempFolder, body: bytes, headers: dict[str, str]
) -> None:
    async with client.post("/api/generate", data=body, headers=headers) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"]) == (400, "malformed_request")
    assert list(folder.root.iterdir()) == []


class Scripted(ToneSynthesizer):
    """Says one word, then waits to `go` on, and then says the rest, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go = asyncio.Event()
        self.speaking = 0
        self.error = error

    async def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        self.speaking += 1
        words = super().speak(request)
        yield await anext(words)
        await self.go.wait()
        if self.error is not None:
            raise self.error
        async for pcm in words:
            yield pcm


async def test_when_the_queue_is_full_the_next_is_told_to_come_later(folder: TempFolder) -> None:
    voice = Scripted()
    async with serving(folder, voice, queue=2) as client, asyncio.TaskGroup() as group:
        taken = [group.create_task(generate(client)) for _ in range(3)]
        recorder_full = False
        async with asyncio.timeout(PATIENCE):
            while not recorder_full:
                async with client.post("/api/generate", data=GOOD, headers=JSON) as answer:
                    problem = await answer.json(content_type="application/problem+json")
                    recorder_full = answer.status == 503
        assert (problem["code"], answer.headers["Retry-After"]) == ("overloaded", "2")
        assert (voice.speaking, len(list(folder.root.glob("*.wav")))) == (1, 0)
        voice.go.set()
        assert [(await task)[0] for task in taken] == [201] * 3
        assert (await generate(client))[0] == 201
