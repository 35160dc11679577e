"""No tenant gets more than the quota, whoever races and whatever fails."""

import asyncio
from datetime import timedelta

import pytest

from audiolib import SaveAudio, Tenant
from audiolib.domain.model.asset import Storage
from audiolib.domain.model.errors import (
    AudioLibraryError,
    CommitUnknownError,
    MetadataUnavailableError,
    QuotaExceededError,
)
from audiolib.domain.model.quota import Quota, Usage
from audiolib.testing import World, in_memory_library, wav
from audiolib.testing.library import InMemoryLibrary

ANN = Tenant(customer_id="acme", user_id="ann")
BOB = Tenant(customer_id="acme", user_id="bob")
SOUND = wav(0.1)


def library(world: World | None = None, **quota: int) -> InMemoryLibrary:
    return in_memory_library(world=world, quota=Quota(**quota))


async def save(library: InMemoryLibrary, name: str, tenant: Tenant = ANN) -> None:
    url = library.generate(f"{name}.wav", SOUND)
    await library.save(SaveAudio(tenant=tenant, audio_url=url, text=name, voice="tone"))


async def saved(library: InMemoryLibrary, tenant: Tenant = ANN) -> int:
    return len((await library.browse.page(tenant)).assets)


async def kept(library: InMemoryLibrary) -> int:
    return len([found async for found in library.world.objects.list_objects()])


@pytest.mark.parametrize("quota", [{"objects": 3}, {"size": 3 * len(SOUND)}], ids=str)
async def test_up_to_the_quota_and_no_further(quota: dict[str, int]) -> None:
    one = library(**quota)
    for number in range(3):
        await save(one, f"a{number}")
    with pytest.raises(QuotaExceededError):
        await save(one, "a3")
    assert await saved(one) == 3
    assert await one.quota.usage(ANN) == Usage(objects=3, size=3 * len(SOUND))
    await save(one, "b", BOB)


@pytest.mark.parametrize("quota", [{"objects": 5}, {"size": 5 * len(SOUND) + 7}], ids=str)
async def test_however_many_save_at_once(quota: dict[str, int]) -> None:
    world = World.new()
    several = [library(world, **quota) for _ in range(4)]
    results = await asyncio.gather(
        *(save(several[n % 4], f"a{n}") for n in range(40)), return_exceptions=True
    )
    refused = [result for result in results if result is not None]
    assert all(isinstance(result, QuotaExceededError) for result in refused)
    assert len(refused) == 35
    assert await saved(several[0]) == 5
    assert await several[0].quota.usage(ANN) == Usage(objects=5, size=5 * len(SOUND))


async def test_what_is_beyond_the_quota_is_not_even_fetched() -> None:
    one = library(objects=1)
    await save(one, "a")
    one.faults.fail("source.open", error=AssertionError("it was fetched"))
    with pytest.raises(QuotaExceededError):
        await save(one, "b")


async def test_a_refused_save_leaves_nothing_and_may_come_again() -> None:
    one = library(size=len(SOUND))
    await save(one, "a")
    with pytest.raises(QuotaExceededError):
        await save(one, "b")
    assert await kept(one) == 1
    assert await one.quota.usage(ANN) == Usage(objects=1, size=len(SOUND))


async def test_a_failed_save_gives_its_room_back() -> None:
    one = library(objects=1)
    one.faults.fail("store.put")
    with pytest.raises(AudioLibraryError):
        await save(one, "a")
    await save(one, "b")
    assert await one.quota.usage(ANN) == Usage(objects=1, size=len(SOUND))


async def test_a_source_that_tells_no_length_is_counted_all_the_same() -> None:
    one = library(size=len(SOUND) - 1)
    with pytest.raises(QuotaExceededError):
        await save(one, "a")
    assert await kept(one) == 0


async def test_a_library_from_before_the_quota_counts() -> None:
    world = World.new()
    before = library(world)
    await save(before, "a")
    await save(before, "b")
    after = library(world, objects=3)
    await save(after, "c")
    with pytest.raises(QuotaExceededError):
        await save(after, "d")


@pytest.mark.parametrize("committed", [True, False])
async def test_what_a_crash_left_reserved_is_settled(committed: bool) -> None:
    one = library(objects=1)
    if committed:
        one.faults.fail_after("repo.commit")
        one.faults.fail("repo.commit", nth=2)
        with pytest.raises(CommitUnknownError):
            await save(one, "a")
    else:
        await one.quota.reserve(ANN, one.world.ids.asset_id(), 5)
    assert (await one.quota.usage(ANN)).objects == 1
    assert await one.quota.settle() == 0  # it may still run
    one.world.clock.advance(seconds=601)
    assert await one.quota.settle() == 1
    assert (await one.quota.usage(ANN)).objects == committed
    assert await one.quota.settle() == 0


async def test_a_save_that_still_runs_keeps_its_room() -> None:
    one = library(objects=1)
    command = SaveAudio(tenant=ANN, audio_url=one.generate("a.wav"), text="a", voice="tone")
    temp_file = command.temp_file(one.save_audio.policy.sources)
    storage = Storage(bucket="audio-assets", original=temp_file, original_url="/temp/a.wav")
    pending = one.save_audio._intent(command, command.idempotency(temp_file), storage)
    await one.ports.repo.begin(ANN, pending)
    await one.quota.reserve(ANN, pending.id, 5)
    one.world.clock.advance(seconds=3600)
    assert await one.quota.settle() == 0
    await one.recover()
    assert await one.quota.settle() == 1
    assert await one.quota.usage(ANN) == Usage()


@pytest.mark.parametrize("call", ["usage_store.get", "usage_store.put"])
@pytest.mark.parametrize("kind", ["fail", "fail_after"])
async def test_a_change_whose_answer_is_lost_counts_once(call: str, kind: str) -> None:
    one = library(objects=9)
    await save(one, "a")
    getattr(one.faults, kind)(call)
    await save(one, "b")
    assert await one.quota.usage(ANN) == Usage(objects=2, size=2 * len(SOUND))


async def test_while_the_usage_store_is_down_nothing_is_saved() -> None:
    one = library(objects=9)
    for nth in (1, 2):
        one.faults.fail("usage_store.get", nth=nth)
    with pytest.raises(MetadataUnavailableError):
        await save(one, "a")
    assert await kept(one) == 0


async def test_counting_anew_heals_what_came_past_the_saves() -> None:
    one = library(objects=2)
    await save(one, "a")
    await save(library(one.world), "b")
    assert (await one.quota.usage(ANN)).objects == 1
    assert await one.quota.recount(ANN)
    assert (await one.quota.usage(ANN)).objects == 2
    with pytest.raises(QuotaExceededError):
        await save(one, "c")


async def test_nothing_is_counted_while_a_save_runs() -> None:
    one = library(objects=2)
    await one.quota.reserve(ANN, one.world.ids.asset_id(), 5)
    assert not await one.quota.recount(ANN)


async def test_without_a_quota_nothing_is_written() -> None:
    one = library()
    await save(one, "a")
    assert one.world.usage.records == {}
    assert timedelta(seconds=30) == one.quota.patience
