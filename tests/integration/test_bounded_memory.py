"""A save's memory does not grow with the file (I8): what is allocated while 64 MiB pass."""

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.servers import S3Server

from audiolib import AllowedSources, SaveAudio, SaveAudioToLibrary, SavePolicy, Tenant
from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.adapters.inspect import StreamInspector
from audiolib.adapters.memory import MemoryAssets, MemoryMetadataRepo
from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.ports.audio_source import AudioSource, OpenedAudio
from audiolib.ports.object_store import ObjectStore
from audiolib.testing import FakeClock, FakeIds, wav_header

MIB = 1024 * 1024
SIZE = 64 * MIB
PART = 5 * MIB


class EndlessSource(AudioSource):
    """A long WAV, one block of it in memory."""

    def open(self, temp_file: TempFile) -> "EndlessSource":
        del temp_file
        return self

    async def __aenter__(self) -> OpenedAudio:
        return OpenedAudio(chunks=self._chunks(), size=44 + SIZE, etag=None)

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held."""

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield wav_header(SIZE)
        block = bytes(MIB // 4)
        for _ in range(SIZE // len(block)):
            yield block


@pytest.fixture(params=["filesystem", "s3"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, aws_keys: None
) -> AsyncIterator[ObjectStore]:
    if request.param == "filesystem":
        yield FilesystemObjectStore(
            root=tmp_path,
            public_url="http://library.test",
            secret=b"secret",
            now=utc_now,
            new_token=lambda: "token",
        )
        return
    server: S3Server = request.getfixturevalue("s3_server")
    settings = S3Settings(
        endpoint_url=server.endpoint_url, bucket="audiolib-memory", part_size=PART
    )
    async with open_s3(settings, now=utc_now, new_token=lambda: "token") as s3:
        yield s3


async def test_a_few_parts_are_held_at_most(store: ObjectStore) -> None:
    ids = FakeIds(FakeClock())
    save = SaveAudioToLibrary(
        source=EndlessSource(),
        store=store,
        repo=MemoryMetadataRepo(MemoryAssets()),
        inspector=StreamInspector(),
        policy=SavePolicy(sources=AllowedSources(["http://generator.test"])),
        now=utc_now,
        new_asset_id=ids.asset_id,
        new_fence=ids.fence,
    )
    command = SaveAudio(
        tenant=Tenant(customer_id="acme", user_id="ann"),
        audio_url="/temp/long.wav",
        text="Hello",
        voice="tone",
    )
    tracemalloc.start()
    try:
        saved = await save(command)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert saved.asset.size == 44 + SIZE
    # Two parts, a copy while one is put together, and what aiohttp and botocore need.
    assert peak < 3 * PART + 4 * MIB, f"{peak / MIB:.1f} MiB"
    await store.sweep(saved.asset.key_prefix)
