"""Clients that go away, disks that are full, clocks that jump."""

import asyncio
import errno
import os
from pathlib import Path

import aiohttp
import pytest

from audiolib import SaveAudio, Tenant
from audiolib.domain.model.cleanup import CleanupState
from audiolib.testing import in_memory_library, wav
from tests.e2e.stack import ANN, Stack, until
from tests.e2e.test_processes import DATA, service, slow_generator


async def test_a_client_that_goes_away_is_saved_for_nonetheless(tmp_path: Path) -> None:
    body = {"text": "Hello", "voice": "tone", "audio_url": "/temp/slow.wav"}
    async with slow_generator() as (source, generator), service(tmp_path, generator) as (_, url):
        async with aiohttp.ClientSession() as http:
            gone = asyncio.create_task(
                http.post(f"{url}/audio-library", json=body, headers=ANN)  # type: ignore[arg-type]
            )
            await asyncio.wait_for(source.half_sent.wait(), 20)
            gone.cancel()
            await asyncio.wait({gone})
        source.go_on.set()
        async with aiohttp.ClientSession() as http:

            async def saved() -> bool:
                async with http.get(f"{url}/audio-library", headers=ANN) as answer:
                    return [asset["size"] for asset in (await answer.json())["assets"]] == [
                        len(DATA)
                    ]

            await until(saved, "the save is finished without its client")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_is_a_507_and_leaves_nothing(
    embedded: Stack, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    url = embedded.temp_file("a.wav", wav())
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if "objects" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(number, os.strerror(number))
        return write(descriptor, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        status, body, _ = await embedded.save(url)
    assert (status, body["code"]) == (507, "insufficient_storage")
    root = embedded.settings.data_dir / "objects"
    assert [path for path in root.rglob("*") if path.is_file()] == []
    assert (await embedded.get("/audio-library"))[0] == 200
    assert (await embedded.save(url))[0] == 201


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
@pytest.mark.parametrize("when", ["repo.begin", "store.put", "repo.commit", "outbox.settle"])
async def test_a_clock_that_jumps_loses_nothing(jump: float, when: str) -> None:
    """Whichever call it jumps at, the asset is there, once, and its promise is kept."""
    library = in_memory_library()
    url = library.generate()
    command = SaveAudio(
        tenant=Tenant(customer_id="acme", user_id="ann"),
        audio_url=url,
        text="Hello",
        voice="tone",
    )

    async def jumps() -> None:
        library.world.clock.advance(seconds=jump)
        await library.recover()

    library.faults.delay(when, jumps)
    try:
        saved = await library.save(command)
    except Exception:
        saved = await library.save(command)
    for _ in range(4):
        await library.clean_up()
        await library.recover()
        library.world.clock.advance(seconds=1800)
    again = await library.save(command)
    assert again.replayed
    asset = await library.browse.get(command.tenant, saved.asset.id)
    assert asset.cleanup.state is CleanupState.DONE
    assert [found.key async for found in library.world.objects.list_objects()] == [str(asset.key)]
