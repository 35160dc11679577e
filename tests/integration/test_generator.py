"""The audio-generation service, over real sockets."""

import asyncio
import json
import os
import re
import time
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from tests.generators import generator_app

from audiolib.adapters.memory import ToneSynthesizer
from audiolib.domain.model.errors import InsufficientStorageError, SpeechUnavailableError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.entrypoints.bootstrap.generator import assemble_generator, new_temp_name
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer

PATIENCE = 20.0
AUDIO, SECRET = b"0123456789" * 10, b"the canary's own bytes"
GOOD, JSON = b'{"text": "Hello world", "voice": "tone"}', "application/json"
Client = TestClient[Any, Any]


@asynccontextmanager
async def serving(folder: Path, voice: SpeechSynthesizer) -> AsyncIterator[Client]:
    app = generator_app(folder, voice, SpeakingLimits(queue=2, longest_text=100_000))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file, `real.wav`; beside the folder a canary, and within it what is no plain file."""
    root = tmp_path / "temp"
    (root / "folder.wav").mkdir(parents=True)
    (root / "real.wav").write_bytes(AUDIO)
    (tmp_path / "canary.wav").write_bytes(SECRET)
    (root / "link.wav").symlink_to(tmp_path / "canary.wav")
    (root / "dangling.wav").symlink_to(tmp_path / "nothing.wav")
    (root / ".hidden.wav.part").write_bytes(SECRET)
    os.mkfifo(root / "pipe.wav")
    return root


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[Client]:
    async with serving(folder, ToneSynthesizer()) as client:
        yield client


async def ask(
    client: Client, method: str, path: str, header: tuple[str, str] = ("A", "b"), body: bytes = b""
) -> tuple[int, bytes, Mapping[str, str]]:
    async with client.request(method, path, headers=[header], data=body) as answer:
        return answer.status, await answer.read(), answer.headers


async def generate(client: Client, body: bytes = GOOD, kind: str = JSON) -> tuple[int, Any]:
    status, told, _ = await ask(client, "POST", "/api/generate", ("Content-Type", kind), body)
    return status, json.loads(told)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.rglob("*")}


async def test_a_text_becomes_a_temp_file(client: Client, folder: Path) -> None:
    before = names(folder)
    status, told = await generate(client)
    name, url = told["filename"], told["audio_url"]
    assert (status, url) == (201, f"/temp/{name}")
    assert re.fullmatch(r"audio_[0-9a-f]{32}\.wav", name)
    _, audio, headers = await ask(client, "GET", url)
    with wave.open(BytesIO(audio)) as file:
        assert file.getparams()[:4] == (1, 2, 8000, 11 * 400)
    shape = {"success": True, "audio_url": url, "filename": name, "content_type": "audio/wav"}
    sound = {"voice": "tone", "size": len(audio), "duration": 0.55, "sample_rate": 8000}
    assert (told, headers["Content-Type"]) == ({**shape, **sound}, "audio/wav")
    assert names(folder) - before == {name}


def test_names_have_128_random_bits_and_never_repeat() -> None:
    numbers = {int(str(new_temp_name())[len("audio_") : -len(".wav")], 16) for _ in range(2000)}
    assert len(numbers) == 2000
    assert all(700 < sum(number >> bit & 1 for number in numbers) < 1300 for bit in range(128))


# Each names the fields that are wrong in it, and no other.
FAULTY = r"""
{"text":null} {"text":""} {"text":"\n\t"} {"text":5} {"text":["Hello"]} {"text":"a\u0000b"}
{"text":"\ud800"} {"text":"LONG"} {"voice":"nobody"} {"voice":""} {"voice":{}} {"voice":1}
{"language":"no!"} {"language":1} {"speed":0} {"speed":-1} {"speed":100} {"speed":1e999}
{"speed":"1"} {"speed":true} {"pitch":1} {"pitch":null} {"audio_url":"/temp/real.wav"}
{"text":"","voice":1,"language":"?","speed":-1} {"pitch":1,"Text":"Hello"}
"""


@pytest.mark.parametrize("faulty", FAULTY.split())
async def test_faulty_fields_are_named(client: Client, folder: Path, faulty: str) -> None:
    before, fields = names(folder), json.loads(faulty.replace("LONG", "x" * 100_001))
    body = json.dumps({**json.loads(GOOD), **fields}).replace("Infinity", "1e999").encode()
    status, problem = await generate(client, body)
    assert (status, problem["code"], problem["success"]) == (422, "invalid_request", False)
    assert ({fault["field"] for fault in problem["errors"]}, names(folder)) == ({*fields}, before)


BROKEN = b"""
{ [] null 5 "text" {'text':'a'} {"text":"a","text":"b"} {"text":"a","speed":NaN} \xff\xfe{}
{"text":"a","speed":Infinity} {"text":"a","speed":-Infinity} {"text":"\xff\xfe"} {"text":"a"}}
"""
KINDS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "a")
MALFORMED = [
    *((body, JSON) for body in (b"", b"[" * 100_000, b"9" * 5000, *BROKEN.split())),
    *((GOOD, kind) for kind in KINDS),
]


@pytest.mark.parametrize(("body", "kind"), MALFORMED, ids=lambda value: repr(value[:40]))
async def test_a_body_that_cannot_be_read_is_malformed(
    client: Client, folder: Path, body: bytes, kind: str
) -> None:
    before = names(folder)
    status, problem = await generate(client, body, kind)
    assert (status, problem["code"], names(folder)) == (400, "malformed_request", before)


class Halting(ToneSynthesizer):
    """Says one word, waits to `go` on, and fails with `error` if there is one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.error = asyncio.Event(), error

    async def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        async for pcm in super().speak(request):
            yield pcm
            await self.go.wait()
            if self.error is not None:
                raise self.error


async def test_when_the_queue_is_full_the_next_is_told_to_come_later(folder: Path) -> None:
    voice, before = Halting(), names(folder)
    async with serving(folder, voice) as client, asyncio.TaskGroup() as group:
        post = (client, "POST", "/api/generate", ("Content-Type", JSON), GOOD)
        asked = {group.create_task(ask(*post)) for _ in range(4)}
        refused, taken = await asyncio.wait(asked, return_when="FIRST_COMPLETED")
        ((status, problem, headers),) = [task.result() for task in refused]
        assert (status, b'"overloaded"' in problem, headers["Retry-After"]) == (503, True, "2")
        assert all(name.endswith(".part") for name in names(folder) - before)
        voice.go.set()
        assert [(await task)[0] for task in taken] == [201] * 3
        assert (await generate(client))[0] == 201


@pytest.mark.parametrize("error", [SpeechUnavailableError(), RuntimeError("told to nobody")])
async def test_a_failed_synthesis_leaves_no_file_and_gives_up_its_turn(
    folder: Path, error: Exception
) -> None:
    voice, before = Halting(error), names(folder)
    voice.go.set()
    async with serving(folder, voice) as client:
        for _ in range(5):
            status, problem = await generate(client)
            assert status == (503 if isinstance(error, SpeechUnavailableError) else 500)
            assert ("nobody" in str(problem), names(folder)) == (False, before)


async def test_a_temp_file_is_served_whole_in_part_or_not_again(client: Client) -> None:
    whole = await ask(client, "GET", "/temp/real.wav")
    etag = whole[2]["ETag"]
    assert whole[:2] == (200, AUDIO)
    assert whole[2]["Cache-Control"] == "no-store"
    assert whole[2]["X-Content-Type-Options"] == "nosniff"
    for method, header, value, expected in (
        ("HEAD", "Accept", "*/*", (200, b"")),
        ("GET", "Range", "bytes=2-5", (206, b"2345")),
        ("GET", "Range", "bytes=-3", (206, b"789")),
        ("GET", "If-None-Match", etag, (304, b"")),
        ("GET", "If-Match", etag, (200, AUDIO)),
    ):
        answer = await ask(client, method, "/temp/real.wav", (header, value))
        assert (answer[:2], answer[2]["ETag"]) == (expected, etag)
    assert (await ask(client, "GET", "/temp/real.wav", ("Range", "bytes=100-")))[0] == 416
    status, problem, _ = await ask(client, "GET", "/temp/missing.wav")
    assert (status, json.loads(problem)["code"]) == (404, "temp_file_not_found")


async def test_a_temp_file_is_deleted_once_and_only_under_its_etag(client: Client) -> None:
    etag = (await ask(client, "HEAD", "/temp/real.wav"))[2]["ETag"]
    wrong, gone = [('"another"', 412, None), (etag[1:-1], 412, None)], [(etag, 200, False)]
    for if_match, status, deleted in (*wrong, (etag, 200, True), *gone, ("*", 200, False)):
        answer = await ask(client, "DELETE", "/api/cleanup/temp/real.wav", ("If-Match", if_match))
        assert (answer[0], json.loads(answer[1]).get("deleted")) == (status, deleted)
    assert (await ask(client, "GET", "/temp/real.wav"))[0] == 404


# After /temp/ and after /api/cleanup/temp/, byte for byte; ROOT is the folder's absolute path.
PATHS = r"""
../canary.wav ./../canary.wav ../../canary.wav %2e%2e%2fcanary.wav %2e%2e/canary.wav
..%2fcanary.wav ..%2Fcanary.wav %252e%252e%252fcanary.wav ..%252fcanary.wav ..\canary.wav
..%5ccanary.wav %2e%2e%5ccanary.wav /ROOT/../canary.wav ROOT/real.wav /ROOT/real.wav
%2fROOT%2f..%2fcanary.wav //canary.wav ..//canary.wav ..;/canary.wav %c0%ae%c0%ae%c0%afcanary.wav
..%c0%afcanary.wav %uff0e%uff0e/canary.wav ．．/canary.wav %ef%bc%8e%ef%bc%8e%2fcanary.wav
real.wav%00 %00real.wav real.wav%00.wav ..%00/canary.wav real.wav%0a real.wav%0d%0aX:y real.wav/
real.wav/. ./real.wav folder.wav/../real.wav con.wav CON.wav nul.wav COM1.wav aux.tar.wav lpt9.wav
link.wav dangling.wav folder.wav pipe.wav .hidden.wav.part %2ehidden.wav.part .. . ~ ~/canary.wav
real..wav r%C3%A9al.wav r℮al.wav real.wav::$DATA real.wav. real.wav%20 %20real.wav REAL.WAV
*.wav %2a.wav re?l.wav real file://ROOT/real.wav C:/canary.wav canary.wav#/real.wav
"""


@pytest.mark.parametrize("path", [*PATHS.split(), "", "%2e%2e%2f" * 20, "A" * 300 + ".wav"])
@pytest.mark.parametrize("target", ["/temp/", "/api/cleanup/temp/", "http://x/temp/"])
async def test_no_path_leads_out_of_the_folder_or_to_what_is_no_file(
    client: Client, folder: Path, path: str, target: str
) -> None:
    before = names(folder)
    line = target + path.replace("ROOT", str(folder).lstrip("/"))
    for method in ("GET", "DELETE", "HEAD"):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(f"{method} {line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        assert answer.split()[1].startswith(b"4") or b'"deleted":false' in answer, answer
        assert not [secret for secret in (SECRET, AUDIO) if secret in answer]
    assert names(folder) == before


async def test_the_sweeper_takes_all_that_is_old_and_nothing_else(folder: Path) -> None:
    old = (folder / str(new_temp_name()), folder / ".old.wav.part")
    for path in (*old, folder / str(new_temp_name()), folder / ".young.wav.part"):
        path.write_bytes(AUDIO)
    for path in old:
        os.utime(path, (time.time() - 3700,) * 2)
    left = names(folder) - {path.name for path in old}
    async with serving(folder, ToneSynthesizer()), asyncio.timeout(PATIENCE):
        while any(path.exists() for path in old):
            await asyncio.sleep(0.005)
    assert names(folder) == left


async def test_a_full_folder_speaks_no_more_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    record_speech = assemble_generator(ToneSynthesizer(), tmp_path, SpeakingLimits(quota=100_000))
    folder = record_speech.temp_files
    request = SpeechRequest(text="hello " * 20, voice="tone")
    first = await record_speech(request)
    assert first.size < 100_000
    while await folder.size() < 100_000:
        await record_speech(request)
    with pytest.raises(InsufficientStorageError):
        await record_speech(request)
    assert await folder.delete(first.name, etag=None)
    for path in list(tmp_path.iterdir())[:1]:
        path.unlink()
    await record_speech(request)
