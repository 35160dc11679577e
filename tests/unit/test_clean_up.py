"""CleanUpTempFiles over the fakes: every promise is kept, or dead and told."""

import pytest

from audiolib import SaveAudio, Tenant
from audiolib.domain.documents.asset_document import from_document
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import CleanupRefusedError, MetadataUnavailableError
from audiolib.testing import InMemoryLibrary, in_memory_library

ANN = Tenant(customer_id="acme", user_id="ann")


async def saved(library: InMemoryLibrary, name: str = "a.wav") -> None:
    url = library.generate(name)
    await library.save(SaveAudio(tenant=ANN, audio_url=url, text="Hi", voice="tone"))


def cleanup(library: InMemoryLibrary) -> Cleanup:
    (document,) = library.world.assets.documents.values()
    return from_document(document).cleanup


async def test_a_failed_attempt_is_made_again_later_and_later() -> None:
    library = in_memory_library()
    await saved(library)
    waits = []
    for attempt in range(1, 13):
        library.faults.fail("cleaner.delete")
        (result,) = await library.clean_up()
        assert result.state is CleanupState.DUE
        assert cleanup(library).attempts == attempt
        assert result.next_attempt_at is not None
        waits.append((result.next_attempt_at - library.world.clock()).total_seconds())
        assert await library.clean_up() == ()
        library.world.clock.advance(seconds=waits[-1])
    assert waits == [min(900, 2**attempt) / 2 for attempt in range(1, 13)]
    (result,) = await library.clean_up()
    assert result.state is CleanupState.DONE
    assert library.world.temp_files.files == {}


async def test_after_a_day_it_is_dead_and_says_why() -> None:
    library = in_memory_library()
    await saved(library)
    for _ in range(12):
        library.world.clock.advance(seconds=86_400)
        library.faults.fail("cleaner.delete")
        (result,) = await library.clean_up()
    assert (result.state, cleanup(library).last_error) == (CleanupState.DEAD, "injected")
    library.world.clock.advance(seconds=86_400)
    assert await library.clean_up() == ()


async def test_a_refusal_is_final() -> None:
    library = in_memory_library()
    await saved(library)
    library.faults.fail("cleaner.delete", CleanupRefusedError("the generator answered 403"))
    (result,) = await library.clean_up()
    assert result.state is CleanupState.DEAD


async def test_a_file_that_is_gone_already_is_done() -> None:
    library = in_memory_library()
    await saved(library)
    library.world.temp_files.files.clear()
    (result,) = await library.clean_up()
    assert result.state is CleanupState.DONE


async def test_a_newer_file_of_the_same_name_is_left_alone() -> None:
    library = in_memory_library()
    await saved(library)
    library.generate("a.wav", b"another recording")
    (result,) = await library.clean_up()
    assert result.state is CleanupState.DEAD
    assert list(library.world.temp_files.files.values()) == [b"another recording"]


async def test_a_worker_that_died_is_stood_in_for_when_its_lease_ends() -> None:
    library = in_memory_library()
    await saved(library)
    library.faults.fail("outbox.settle")
    with pytest.raises(MetadataUnavailableError):
        await library.clean_up()
    assert await library.clean_up() == ()
    library.world.clock.advance(seconds=121)
    (result,) = await library.clean_up()
    assert result.state is CleanupState.DONE
    assert cleanup(library).attempts == 2


async def test_an_attempt_does_not_begin_near_the_end_of_its_lease() -> None:
    """Another worker may hold the lease before it would be over."""
    library = in_memory_library()
    for name in ("a.wav", "b.wav"):
        await saved(library, name)

    async def take_long() -> None:
        library.world.clock.advance(seconds=61)

    library.faults.delay("cleaner.delete", take_long)
    (first,) = await library.clean_up()
    assert first.state is CleanupState.DONE
    assert len(library.world.temp_files.files) == 1
    assert await library.clean_up() == ()
    library.world.clock.advance(seconds=60)
    (second,) = await library.clean_up()
    assert (second.state, second.task.attempt) == (CleanupState.DONE, 2)
    assert library.world.temp_files.files == {}
