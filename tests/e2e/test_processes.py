"""The services as processes: they end well when told to, and lose nothing when killed."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.e2e.stack import ANN, PATIENCE, until

from audiolib.testing import wav

DATA = wav(2)


class SlowSource:
    """A generator that sends a file's second half when it is let."""

    def __init__(self) -> None:
        self.half_sent = asyncio.Event()
        self.go_on = asyncio.Event()
        self.deleted = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/temp/{name}", self.send)
        app.router.add_delete("/api/cleanup/temp/{name}", self.delete)
        return app

    async def send(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(DATA)
        await response.prepare(request)
        await response.write(DATA[:20_000])
        self.half_sent.set()
        await self.go_on.wait()
        await response.write(DATA[20_000:])
        return response

    async def delete(self, _: web.Request) -> web.Response:
        self.deleted.set()
        return web.json_response({"success": True})


@asynccontextmanager
async def service(
    data_dir: Path, generator: str, **environment: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0", "--data-dir", str(data_dir)),
        env={**os.environ, "AUDIO_GENERATION_SERVICE_URL": generator, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert line.startswith(b"listening on http://"), line
        yield process, line.split()[-1].decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def slow_generator() -> AsyncIterator[tuple[SlowSource, str]]:
    source = SlowSource()
    async with TestServer(source.app()) as server:
        yield source, str(server.make_url("")).rstrip("/")


async def post(library: str) -> tuple[int, dict[str, object]]:
    body = {"text": "Hello", "voice": "tone", "audio_url": "/temp/slow.wav"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{library}/audio-library", json=body, headers=ANN) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def test_a_running_save_is_finished_before_the_service_ends(tmp_path: Path) -> None:
    async with (
        slow_generator() as (source, generator),
        service(tmp_path, generator) as (process, library),
    ):
        save = asyncio.create_task(post(library))
        await asyncio.wait_for(source.half_sent.wait(), PATIENCE)
        process.send_signal(signal.SIGTERM)
        source.go_on.set()
        assert (await save)[0] == 201
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert [path.suffix for path in (tmp_path / "objects").rglob("[!.]*.*")] == [".wav"]


async def test_a_killed_save_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    quick = {"SAVE_LEASE": "1", "RECOVER_INTERVAL": "0.1"}
    async with slow_generator() as (source, generator):
        async with service(tmp_path, generator, **quick) as (process, library):
            save = asyncio.create_task(post(library))
            await asyncio.wait_for(source.half_sent.wait(), PATIENCE)
            process.kill()
            with pytest.raises(aiohttp.ClientError):
                await save
        assert not source.deleted.is_set()
        source.go_on.set()
        async with service(tmp_path, generator, **quick) as (process, library):

            async def saved() -> bool:
                status, _ = await post(library)
                assert status in (201, 409)
                return status == 201

            await until(saved, "the killed save's key is free again")
            await asyncio.wait_for(source.deleted.wait(), PATIENCE)
    files = [path for path in (tmp_path / "objects").rglob("[!.]*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [DATA]


async def test_a_save_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    async with slow_generator() as (source, generator):
        source.go_on.set()
        async with service(tmp_path, generator) as (process, library):
            status, body = await post(library)
            process.kill()
            assert status == 201
        async with (
            service(tmp_path, generator) as (_, library),
            aiohttp.ClientSession() as http,
            http.get(f"{library}/audio-library/{body['id']}/audio", headers=ANN) as answer,
        ):
            assert await answer.read() == DATA


async def test_bad_settings_stop_the_start_and_are_named_at_once(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0"),
        env={**os.environ, "OBJECT_STORE": "floppy", "MAX_AUDIO_BYTES": "many"},
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"OBJECT_STORE" in said
    assert b"MAX_AUDIO_BYTES" in said


@asynccontextmanager
async def two_workers(
    data_dir: Path,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, asyncio.StreamReader]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0", "--workers", "2"),
        *("--data-dir", str(data_dir)),
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        lines = list[bytes]()
        while len(lines) < 2:
            line = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
            assert line, lines
            lines += [line] if line.startswith(b"listening on ") else []
        assert lines[0] == lines[1]
        yield process, lines[0].split()[-1].decode(), process.stderr
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def children_of(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children()]


async def answers(url: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{url}/health/ready") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_several_workers_share_one_port(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (process, url, _):
        for _ in range(8):
            assert await answers(url)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_a_killed_worker_is_reported_and_restarted(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (process, url, said):
        before = children_of(process.pid)
        os.kill(before[0], signal.SIGKILL)
        line = b""
        while b"worker ended" not in line:
            line = await asyncio.wait_for(said.readline(), PATIENCE)
        assert f"pid={before[0]}".encode() in line
        assert b"status=-9" in line

        async def is_restarted() -> bool:
            now = children_of(process.pid)
            return len(now) == 2 and before[0] not in now and await answers(url)

        await until(is_restarted, "another worker takes its place")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (process, url, _):
        workers = children_of(process.pid)
        process.kill()

        async def are_gone() -> bool:
            return not any(psutil.pid_exists(pid) for pid in workers)

        await until(are_gone, "the workers end")
        assert not await answers(url)


async def test_workers_that_can_not_start_end_the_parent(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite3").write_bytes(b"no database" * 100)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0", "--workers", "2"),
        *("--data-dir", str(tmp_path)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert b"listening" not in said
