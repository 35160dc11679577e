"""SaveAudioToLibrary over the fakes: each rule of the state machine, one broken promise a test."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from audiolib import AssetState, AudioLibraryError, PageRequest, SaveAudio, SavedAudio, Tenant
from audiolib.domain.documents.asset_document import from_document
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import (
    AudioTooLargeError,
    CommitUnknownError,
    IdempotencyConflictError,
    IdempotencyInProgressError,
    LeaseLostError,
    MetadataUnavailableError,
    NotAudioError,
    SourceNotFoundError,
    SourceTruncatedError,
    StorageUnavailableError,
)
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.domain.use_cases.library.save_audio import SavePolicy
from audiolib.testing import InMemoryLibrary, in_memory_library, wav
from audiolib.testing.library import GENERATOR

ANN = Tenant(customer_id="acme", user_id="ann")


def command(url: str, **fields: Any) -> SaveAudio:
    return SaveAudio(**{"tenant": ANN, "audio_url": url, "text": "Hi", "voice": "tone", **fields})


async def keys(library: InMemoryLibrary) -> list[str]:
    return [found.key async for found in library.world.objects.list_objects("")]


def states(library: InMemoryLibrary) -> list[AssetState]:
    return [from_document(d).state for d in library.world.assets.documents.values()]


async def assert_nothing_was_kept(library: InMemoryLibrary) -> None:
    """No object, no upload, no ready document; the temp file is as it was, and stays so."""
    files = dict(library.world.temp_files.files)
    assert await keys(library) == []
    assert await library.world.objects.list_uploads() == []
    assert set(states(library)) <= {AssetState.ABORTED}
    library.world.clock.advance(seconds=200_000)
    await library.clean_up()
    assert library.world.temp_files.files == files


async def test_the_intent_comes_first_and_the_commit_last() -> None:
    library = in_memory_library()
    await library.save(command(library.generate()))
    assert library.faults.calls == [
        "repo.begin",
        "source.open",
        "store.put",
        "store.presign",
        "repo.commit",
    ]


async def test_a_replay_never_looks_at_the_source() -> None:
    library = in_memory_library()
    url = library.generate()
    first = await library.save(command(url))
    await library.clean_up()
    assert library.world.temp_files.files == {}
    again = await library.save(command(url))
    assert (again.asset.id, again.replayed) == (first.asset.id, True)
    assert library.faults.calls.count("source.open") == 1


async def test_both_forms_of_an_audio_url_are_one_request() -> None:
    library = in_memory_library()
    url = library.generate()
    first = await library.save(command(url))
    assert (await library.save(command(GENERATOR + url))).asset.id == first.asset.id


async def test_another_request_under_the_same_key_is_a_conflict() -> None:
    library = in_memory_library()
    await library.save(command(library.generate("a.wav"), idempotency_key="k"))
    with pytest.raises(IdempotencyConflictError):
        await library.save(command(library.generate("b.wav"), idempotency_key="k"))


async def test_a_request_whose_first_is_still_running_is_told_so() -> None:
    library = in_memory_library()
    url, paused = library.generate(), Paused()
    library.faults.delay("store.put", paused.wait)
    running = asyncio.create_task(library.save(command(url)))
    await paused.reached.wait()
    with pytest.raises(IdempotencyInProgressError):
        await library.save(command(url))
    paused.go.set()
    assert not (await running).replayed


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAudioError),
        (b"<html></html>", NotAudioError),
        (wav(0), NotAudioError),
        (wav(1)[:-10], SourceTruncatedError),
        (wav(100), AudioTooLargeError),
    ],
    ids=["empty", "html", "no samples", "cut", "too large"],
)
async def test_bad_audio_leaves_nothing(data: bytes, error: type[AudioLibraryError]) -> None:
    policy = SavePolicy(sources=AllowedSources([GENERATOR]), max_bytes=1_000_000)
    library = in_memory_library(policy=policy)
    with pytest.raises(error):
        await library.save(command(library.generate(data=data)))
    await assert_nothing_was_kept(library)


async def test_an_absent_source_leaves_nothing_and_frees_the_key() -> None:
    library = in_memory_library()
    with pytest.raises(SourceNotFoundError):
        await library.save(command("/temp/late.wav"))
    await assert_nothing_was_kept(library)
    assert not (await library.save(command(library.generate("late.wav")))).replayed


async def test_a_source_shorter_than_declared_is_truncated() -> None:
    """Even where the container can't tell: a streamed WAV has no length in its header."""
    library = in_memory_library()
    library.faults.truncate("source.open", keep=3000)
    with pytest.raises(SourceTruncatedError):
        await library.save(command(library.generate(data=wav(1, streamed=0))))
    await assert_nothing_was_kept(library)


async def test_a_store_that_kept_other_bytes_is_found_out_before_the_commit() -> None:
    library = in_memory_library()
    library.faults.truncate("store.put", keep=1000)
    with pytest.raises(StorageUnavailableError):
        await library.save(command(library.generate()))
    await assert_nothing_was_kept(library)


@pytest.mark.parametrize("call", ["source.open", "store.put", "store.presign"])
@pytest.mark.parametrize("kind", ["fail", "fail_after"])
async def test_a_failure_on_the_way_leaves_nothing_and_can_be_retried(call: str, kind: str) -> None:
    library = in_memory_library()
    url = library.generate()
    getattr(library.faults, kind)(call)
    with pytest.raises(AudioLibraryError):
        await library.save(command(url))
    assert await keys(library) == []
    assert AssetState.READY not in states(library)
    assert (await library.save(command(url))).asset.state is AssetState.READY


async def test_a_commit_whose_answer_is_lost_once_is_read_back() -> None:
    library = in_memory_library()
    library.faults.fail_after("repo.commit")
    saved = await library.save(command(library.generate()))
    assert states(library) == [AssetState.READY]
    assert not saved.replayed


@pytest.mark.parametrize("kind", ["fail", "fail_after", "unknown"])
async def test_an_unknown_commit_deletes_nothing(kind: str) -> None:
    library = in_memory_library()
    url = library.generate()
    for nth in (1, 2):
        getattr(library.faults, kind)("repo.commit", nth=nth)
    with pytest.raises(CommitUnknownError):
        await library.save(command(url))
    assert len(await keys(library)) == 1
    assert library.world.temp_files.files != {}
    await library.faults.release()
    if kind == "fail":
        library.world.clock.advance(seconds=121)
        assert (await library.recover()).fenced == 1
        assert await keys(library) == []
    assert (await library.save(command(url))).asset.state is AssetState.READY


async def test_no_byte_is_fetched_where_no_intent_can_be_written() -> None:
    library = in_memory_library()
    library.faults.fail("repo.begin")
    library.faults.fail("repo.begin", nth=2)
    with pytest.raises(MetadataUnavailableError):
        await library.save(command(library.generate()))
    assert library.faults.calls == ["repo.begin", "repo.begin"]


class Paused:
    """A call that says when it is reached, and waits to be let go."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self.go.wait()


async def fenced_before(call: str, library: InMemoryLibrary) -> SavedAudio:
    async def fence() -> None:
        library.world.clock.advance(seconds=121)
        assert (await library.recover()).fenced == 1

    library.faults.delay(call, fence)
    return await library.save(command(library.generate(data=wav(20))))


@pytest.mark.parametrize("call", ["store.put", "store.presign", "repo.commit"])
async def test_a_fenced_save_is_called_off_wherever_it_stands(call: str) -> None:
    """It is no success, and what it wrote after the fence is gone too."""
    library = in_memory_library()
    with pytest.raises(LeaseLostError):
        await fenced_before(call, library)
    await assert_nothing_was_kept(library)


async def test_a_save_that_makes_progress_keeps_its_lease() -> None:
    library = in_memory_library()
    library.world.temp_files.chunk_size = 1000
    data = wav(2)

    async def tick() -> None:
        library.world.clock.advance(seconds=100)
        assert (await library.recover()).fenced == 0

    library.faults.delay("store.put", tick)
    library.faults.delay("store.presign", tick)
    saved = await library.save(command(library.generate(data=data)))
    assert saved.asset.state is AssetState.READY


async def test_a_cancelled_save_leaves_nothing() -> None:
    library = in_memory_library()
    paused = Paused()
    library.faults.delay("store.put", paused.wait)
    running = asyncio.create_task(library.save(command(library.generate())))
    await paused.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await assert_nothing_was_kept(library)


async def test_a_late_object_is_swept_at_the_end_of_its_tombstone() -> None:
    library = in_memory_library()
    library.faults.unknown("store.put")
    with pytest.raises(StorageUnavailableError):
        await library.save(command(library.generate()))
    await library.recover()
    await library.faults.release()
    assert len(await keys(library)) == 1
    library.world.clock.advance(seconds=timedelta(days=7).total_seconds())
    assert (await library.recover()).forgotten == 1
    assert await keys(library) == []
    assert library.world.assets.documents == {}


async def test_a_temp_file_goes_only_after_its_commit() -> None:
    library = in_memory_library()
    url = library.generate()
    for nth in (1, 2):
        library.faults.fail("repo.commit", nth=nth)
    with pytest.raises(CommitUnknownError):
        await library.save(command(url))
    assert await library.clean_up() == ()
    assert library.world.temp_files.files != {}


async def test_cleanups_can_be_left_out() -> None:
    policy = SavePolicy(sources=AllowedSources([GENERATOR]), clean_up=False)
    library = in_memory_library(policy=policy)
    saved = await library.save(command(library.generate()))
    assert saved.asset.cleanup.state is CleanupState.SKIPPED
    assert await library.clean_up() == ()
    assert library.world.temp_files.files != {}


async def test_a_library_shows_its_own_tenants_assets_alone() -> None:
    library = in_memory_library()
    await library.save(command(library.generate()))
    for other in (("acme", "bob"), ("acm", "ann")):
        tenant = Tenant(customer_id=other[0], user_id=other[1])
        assert (await library.browse.page(tenant, PageRequest())).assets == ()


async def test_a_clients_duration_counts_only_where_the_audio_does_not_tell() -> None:
    library = in_memory_library()
    measured = await library.save(command(library.generate(data=wav(0.5)), duration=99))
    webm = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
    told = await library.save(command(library.generate("x.webm", webm + bytes(99)), duration=7.5))
    assert (measured.asset.duration, told.asset.duration) == (0.5, 7.5)
    assert str(told.asset.key).endswith(".webm")
