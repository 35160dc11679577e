"""What a review found: each was a fault once."""

import asyncio
import os
from pathlib import Path

import attrs
import pytest

from audiolib import SaveAudio, Tenant
from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.domain.model.asset import AssetState
from audiolib.domain.model.audit import Action, FindingKind, Progress
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import (
    AssetCorruptError,
    IdempotencyConflictError,
    IdempotencyInProgressError,
    InsufficientStorageError,
    LeaseLostError,
    StorageUnavailableError,
)
from audiolib.domain.model.objects import ByteRange, ListedObject
from audiolib.testing import in_memory_library, wav
from audiolib.testing.library import InMemoryLibrary, World

ANN = Tenant(customer_id="acme", user_id="ann")


async def saved(library: InMemoryLibrary, name: str, **fields: str) -> str:
    url = library.generate(f"{name}.wav", wav(0.1))
    command = {"text": name, "voice": "tone"} | fields
    done = await library.save(SaveAudio(tenant=ANN, audio_url=url, **command))  # type: ignore[arg-type]
    return str(done.asset.id)


async def found(library: InMemoryLibrary, **how: bool) -> list[tuple[FindingKind, Action]]:
    return [
        (finding.kind, finding.action) async for finding in library.reconcile(Progress(), **how)
    ]


async def test_what_an_older_database_calls_pending_is_committed_and_not_swept() -> None:
    library = in_memory_library()
    backup = dict[object, object]()

    async def back_up() -> None:
        backup.update({key: dict(doc) for key, doc in library.world.assets.documents.items()})

    library.faults.delay("store.put", back_up)
    asset_id = await saved(library, "a")
    library.world.assets.documents.clear()
    library.world.assets.documents.update(backup)  # type: ignore[arg-type]
    library.world.clock.advance(seconds=3600)
    assert await found(library) == []
    assert await found(library, repair=True) == [(FindingKind.UNCOMMITTED_SAVE, Action.REBUILT)]
    recovered = await library.recover()
    assert (recovered.fenced, recovered.swept) == (0, 0)
    (asset,) = (await library.browse.page(ANN)).assets
    assert (str(asset.id), asset.state) == (asset_id, AssetState.READY)
    assert asset.attempt.idempotency is not None
    assert await found(library, verify=True) == []


@pytest.mark.parametrize("blanks", [" " * 5000, "\n" * 9, "\u3000" * 3000])
async def test_a_text_that_begins_with_blanks_can_be_made_anew(blanks: str) -> None:
    library = in_memory_library()
    noise = os.urandom(950).hex()
    await saved(library, "a", text=blanks + "said", description=noise)
    other = await saved(library, "b")
    library.world.assets.documents.clear()
    assert all([f.action is Action.REBUILT async for f in library.reindex(Progress())])
    ids = {str(asset.id) for asset in (await library.browse.page(ANN)).assets}
    assert len(ids) == 2
    assert other in ids


async def test_one_object_that_can_not_be_read_does_not_end_an_audit() -> None:
    library = in_memory_library()
    for name in "abc":
        await saved(library, name)
    library.faults.fail("store.open", StorageUnavailableError("EIO"), nth=2)
    kinds = [finding.kind async for finding in library.scrub(Progress(), shares=1)]
    assert kinds == [FindingKind.UNREADABLE_OBJECT]
    library.faults.fail("store.open", StorageUnavailableError("EIO"), nth=1)
    library.faults.fail("store.check", nth=1)
    with pytest.raises(StorageUnavailableError):
        await found(library, verify=True)


async def test_a_foreign_key_does_not_hide_that_all_objects_are_gone() -> None:
    library = in_memory_library()
    asset_id = await saved(library, "a")
    real = library.world.objects
    for listed in [each async for each in real.list_objects()]:
        real._objects.pop(listed.key, None)  # type: ignore[attr-defined]

    async def list_objects(prefix: str = ""):  # type: ignore[no-untyped-def]
        yield ListedObject(key="acme/ann/audio/", size=0)

    real.list_objects = list_objects  # type: ignore[method-assign]
    kinds = [kind for kind, _ in await found(library)]
    assert FindingKind.MISSING_OBJECT in kinds, asset_id


@pytest.mark.parametrize("error", [InsufficientStorageError, StorageUnavailableError])
async def test_one_stem_that_can_not_be_swept_holds_up_no_other(error: type[Exception]) -> None:
    library = in_memory_library()
    for name in "ab":
        library.faults.fail("store.put")
        with pytest.raises(StorageUnavailableError):
            await saved(library, name)
    library.world.clock.advance(seconds=3600)
    library.faults.fail("store.sweep", error())  # type: ignore[arg-type]
    first = await library.recover()
    assert (first.swept, first.failed) == (1, 1)
    library.world.clock.advance(seconds=2)
    second = await library.recover()
    assert (second.swept, second.failed) == (1, 0)


async def test_a_promise_that_nobody_tried_for_a_day_is_not_given_up() -> None:
    library = in_memory_library()
    await saved(library, "a")
    library.world.clock.advance(seconds=25 * 3600)
    states = []
    for _ in range(library.clean_up.policy.least_tries):
        library.faults.fail("cleaner.delete")
        (result,) = await library.clean_up()
        states.append(result.state)
        library.world.clock.advance(seconds=1000)
    assert states == [CleanupState.DUE] * 11 + [CleanupState.DEAD]


async def test_a_file_whose_name_is_no_text_ends_no_listing(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / os.fsdecode(b"\xff.wav")).write_bytes(b"x")
    store = FilesystemObjectStore(
        root=tmp_path,
        bucket="b",
        public_url="",
        secret=b"s",
        now=in_memory_library().world.clock,
        new_token=lambda: "t",
    )
    assert [each.key async for each in store.list_objects()] == ["acme/\\xff.wav"]
    assert attrs.has(ListedObject)


async def test_parts_of_a_listed_asset_are_verified_too() -> None:
    """A page leaves out the block checksums that tell of damage."""
    library = in_memory_library()
    saved = await library.save_bytes(wav(60), tenant=ANN)
    data = bytearray(library.world.objects.read(saved.asset.key))
    data[1000] ^= 1
    library.world.objects.overwrite(saved.asset.key, bytes(data))
    (listed,) = (await library.page(ANN)).assets
    with pytest.raises(AssetCorruptError):
        async with library.listen.open(listed, ByteRange(900, 1100)) as opened:
            _ = [chunk async for chunk in opened.chunks]


async def test_a_save_that_has_stopped_is_taken_over_by_its_repetition() -> None:
    """A client that repeats a killed save is not to wait for a recoverer."""
    world = World.new()
    killed, service = in_memory_library(world=world), in_memory_library(world=world)
    url = killed.generate("a.wav")
    command = SaveAudio(tenant=ANN, audio_url=url, text="a", voice="v", idempotency_key="mine")
    never = asyncio.Event()
    killed.faults.delay("store.put", never.wait)
    running = asyncio.create_task(killed.save(command))
    while "store.put" not in killed.faults.calls:
        await asyncio.sleep(0)
    with pytest.raises(IdempotencyInProgressError):
        await service.save(command)
    world.clock.advance(seconds=121)
    with pytest.raises(IdempotencyConflictError):
        await service.save(attrs.evolve(command, text="b"))
    saved = await service.save(command)
    assert not saved.replayed
    assert (await service.save(command)).asset.id == saved.asset.id
    never.set()  # the first one was not killed after all
    with pytest.raises(LeaseLostError):
        await running
    world.clock.advance(seconds=1)
    await service.recover()
    assert [found.key async for found in world.objects.list_objects()] == [str(saved.asset.key)]
