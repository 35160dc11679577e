"""A disk that really is full, under the objects and the database of an embedded library."""

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import attrs
import pytest

from audiolib.testing import wav
from tests.e2e.stack import ANN, PATIENCE, until
from tests.resilience.faults.scripted import scripted

# A file system of its own, of memory, which only the service and its children see.
ALONE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
MOUNTED = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'


@attrs.frozen
class OnSmallDisk:
    http: aiohttp.ClientSession
    url: str
    disk: Path

    async def save(self, name: str) -> tuple[int, dict[str, Any]]:
        body = {"text": "Hello", "voice": "tone", "audio_url": f"/temp/{name}.wav"}
        async with self.http.post(f"{self.url}/audio-library", json=body, headers=ANN) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> bytes:
        async with self.http.get(f"{self.url}/audio-library{path}", headers=ANN) as answer:
            assert answer.status == 200
            return await answer.read()

    def fill(self) -> Path:
        filler = self.disk / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
        return filler

    def list_objects(self) -> list[str]:
        return sorted(path.name for path in (self.disk / "objects").rglob("*") if path.is_file())


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where one can be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        subprocess.run([*ALONE, MOUNTED, str(disk), "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets nobody mount a disk of their own")
    return disk


@asynccontextmanager
async def on_small_disk(disk: Path, generator: str) -> AsyncIterator[OnSmallDisk]:
    process = await asyncio.create_subprocess_exec(
        *(*ALONE, MOUNTED, str(disk), sys.executable, "-m", "audiolib", "serve"),
        *("--port", "0", "--data-dir", str(disk)),
        env={
            **os.environ,
            "AUDIO_GENERATION_SERVICE_URL": generator,
            "SAVE_LEASE": "1",
            "RECOVER_INTERVAL": "0.1",
            "CLEANUP_TEMP_AUDIO": "false",
            "LOG_LEVEL": "ERROR",
        },
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert line.startswith(b"listening on http://"), line
        async with aiohttp.ClientSession() as http:
            inside = Path(f"/proc/{process.pid}/root{disk}")
            yield OnSmallDisk(http, line.split()[-1].decode(), inside)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)


async def test_a_disk_that_is_full_is_a_507_and_what_it_holds_is_served(disk: Path) -> None:
    """Neither the object nor the document has room, and neither has the note that it failed."""
    data = wav(2)
    async with scripted(data) as generator, on_small_disk(disk, generator.url) as small:
        status, first = await small.save("first")
        assert status == 201
        kept = small.list_objects()
        filler = small.fill()
        for _ in range(3):
            status, refused = await small.save("second")
            assert (status, refused["code"]) == (507, "insufficient_storage")
        assert small.list_objects() == kept
        assert await small.get(f"/{first['id']}/audio") == data
        assert first["id"].encode() in await small.get("")
        filler.unlink()

        async def saved() -> bool:
            status, body = await small.save("second")
            assert (status, body.get("code")) in [(201, None), (409, "idempotency_in_progress")]
            return status == 201

        await until(saved, "there is room again")
        assert len(small.list_objects()) == 2 * len(kept)


async def test_a_disk_that_fills_up_under_a_save_keeps_nothing_of_it(disk: Path) -> None:
    async with (
        scripted(wav(10)) as generator,
        on_small_disk(disk, generator.url) as small,
    ):
        generator.reads = iter(["stall", "well"])
        save = asyncio.create_task(small.save("a"))
        await asyncio.wait_for(generator.half_sent.wait(), PATIENCE)
        filler = small.fill()
        generator.lifted.set()
        status, body = await save
        assert (status, body["code"]) == (507, "insufficient_storage")
        filler.unlink()

        async def swept() -> bool:
            return small.list_objects() == []

        await until(swept, "nothing is left of it")

        async def saved() -> bool:
            return (await small.save("a"))[0] == 201

        await until(saved, "the same request again")
