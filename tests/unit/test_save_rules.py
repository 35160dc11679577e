"""Rules of a save that only a rare order of events puts to the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest

from audiolib import SaveAudio, Tenant
from audiolib.adapters.inspect import StreamInspector
from audiolib.domain.model.errors import (
    AudioTooLargeError,
    InsufficientStorageError,
    QuotaExceededError,
    SourceTruncatedError,
)
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.temp_file import AllowedSources, TempFile
from audiolib.domain.use_cases.library.ingest import IngestStream
from audiolib.domain.use_cases.library.save_audio import SavePolicy
from audiolib.ports.audio_source import AudioSource, OpenedAudio
from audiolib.testing import InMemoryLibrary, in_memory_library, wav

ANN = Tenant(customer_id="acme", user_id="ann")


def command(library: InMemoryLibrary, seconds: float = 1, name: str = "a.wav") -> SaveAudio:
    url = library.generate(name, wav(seconds))
    return SaveAudio(tenant=ANN, audio_url=url, text="Hi", voice="tone")


@attrs.frozen
class Undeclared(AudioSource):
    """A source that does not say how long it is, as chunked answers do not."""

    source: AudioSource

    @asynccontextmanager
    async def open(self, temp_file: TempFile) -> AsyncIterator[OpenedAudio]:
        async with self.source.open(temp_file) as opened:
            yield attrs.evolve(opened, size=None)


def undeclared(library: InMemoryLibrary) -> InMemoryLibrary:
    save = attrs.evolve(library.save_audio, source=Undeclared(library.save_audio.source))
    return attrs.evolve(library, save_audio=save)


async def test_an_abort_that_came_too_late_removes_nothing() -> None:
    """The commit happened although it failed: its object is the asset's by now."""
    library = in_memory_library()
    library.faults.fail_after("repo.commit", InsufficientStorageError())
    with pytest.raises(InsufficientStorageError):
        await library.save(command(library))
    assert library.faults.calls.count("repo.abort") == 1
    assert "store.sweep" not in library.faults.calls
    (asset,) = (await library.page(ANN)).assets
    assert library.world.objects.read(asset.key) == wav(1)


async def test_the_limit_holds_for_a_source_without_a_declared_length() -> None:
    policy = SavePolicy(sources=AllowedSources(["http://generator.test"]), max_bytes=len(wav(1)))
    library = undeclared(in_memory_library(policy=policy))
    assert (await library.save(command(library))).asset.size == len(wav(1))
    with pytest.raises(AudioTooLargeError):
        await library.save(command(library, 1.001, "b.wav"))
    assert len((await library.page(ANN)).assets) == 1


async def test_the_real_size_counts_where_none_was_declared() -> None:
    library = undeclared(in_memory_library(quota=Quota(size=len(wav(1)) + 10)))
    await library.save(command(library))
    with pytest.raises(QuotaExceededError):
        await library.save(command(library, 0.1, "b.wav"))
    assert (await library.quota.usage(ANN)).size == len(wav(1))
    assert [found.key async for found in library.world.objects.list_objects()] == [
        str(asset.key) for asset in (await library.page(ANN)).assets
    ]


@pytest.mark.parametrize("declared", [-1, 1])
async def test_another_length_than_declared_is_refused(declared: int) -> None:
    data, kept = wav(0.1), []

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    async def keep_lease() -> None:
        kept.append(True)

    stream = IngestStream(
        chunks=chunks(),
        inspection=StreamInspector().begin(data),
        declared_size=len(data) + declared,
        max_bytes=1 << 20,
        keep_lease=keep_lease,
    )
    with pytest.raises(SourceTruncatedError):
        _ = [chunk async for chunk in stream]
    assert (kept, stream.facts) == ([True], None)


async def test_an_asset_counts_once_however_often_that_is_told() -> None:
    library = in_memory_library(quota=Quota(objects=9))
    saved = (await library.save(command(library))).asset
    for _ in range(3):
        await library.quota.keep(saved)
    assert (await library.quota.usage(ANN)).objects == 1
    library.world.clock.advance(seconds=3600)
    await library.quota.settle()
    usage = await library.quota.usage(ANN)
    assert (usage.objects, usage.size) == (1, saved.size)
