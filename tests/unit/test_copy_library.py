"""CopyLibrary between two libraries in memory."""

import base64
from datetime import timedelta

import attrs
import pytest

from audiolib import Tenant
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Action, Finding, FindingKind, Progress
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import (
    MetadataUnavailableError,
    ObjectExistsError,
    StorageUnavailableError,
)
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.use_cases.transfer.copy_library import CopyLibrary
from audiolib.testing import InMemoryLibrary, in_memory_library, wav
from audiolib.testing.contracts.raw_documents import by_another_program
from audiolib.testing.contracts.samples import NOW, TENANT, content, pending

ANN = Tenant(customer_id="acme", user_id="ann")
ZOE = Tenant(customer_id="zenith", user_id="zoe")


def copy(source: InMemoryLibrary, target: InMemoryLibrary) -> CopyLibrary:
    return CopyLibrary(
        source=source.ports.store,
        inventory=source.ports.inventory,
        store=target.ports.store,
        repo=target.ports.repo,
        now=target.world.clock,
        together=2,
    )


async def run(source: InMemoryLibrary, target: InMemoryLibrary) -> tuple[list[Finding], Progress]:
    progress = Progress()
    return [finding async for finding in copy(source, target)(progress)], progress


async def filled(count: int = 5) -> tuple[InMemoryLibrary, list[AudioAsset]]:
    library, assets = in_memory_library(), []
    for number in range(count):
        tenant = (ANN, ZOE)[number % 2]
        data = wav(0.1 + number / 10)
        saved = await library.save_bytes(data, tenant=tenant, title=f"{number}")
        assets.append(await library.get(tenant, saved.asset.id))
    return library, assets


async def test_everything_is_there_afterwards_and_verified() -> None:
    source, assets = await filled()
    target = in_memory_library()
    target.world.clock.advance(seconds=77)
    findings, progress = await run(source, target)
    assert findings == []
    assert attrs.asdict(progress) == {
        "objects": 0,
        "documents": 5,
        "bytes": sum(asset.size for asset in assets),
        "done": 5,
        "skipped": 0,
    }
    for asset in assets:
        there = await target.get(asset.tenant, asset.id)
        same = attrs.evolve(there.storage, url=asset.storage.url)
        same = attrs.evolve(same, url_expires_at=asset.storage.url_expires_at)
        assert attrs.evolve(there, storage=same) == asset
        assert there.storage.url != asset.storage.url
        assert there.storage.url_expires_at == target.world.clock() + timedelta(minutes=15)
        async with target.open_audio(asset.tenant, asset.id) as opened:
            data = b"".join([chunk async for chunk in opened.chunks])
        assert data == source.world.objects.read(asset.key)
    found = [each async for each in target.reconcile(Progress(), verify=True)]
    assert found == []
    assert await source.ports.store.list_uploads() == []


async def test_the_copied_object_carries_what_its_document_says() -> None:
    source, (asset,) = await filled(1)
    target = in_memory_library()
    await run(source, target)
    target.world.assets.documents.clear()
    _ = [each async for each in target.reindex(Progress())]
    rebuilt = await target.get(asset.tenant, asset.id)
    assert (rebuilt.metadata, rebuilt.duration) == (asset.metadata, asset.duration)


async def test_what_is_there_already_is_skipped() -> None:
    source, assets = await filled(3)
    target = in_memory_library()
    await run(source, target)
    _, progress = await run(source, target)
    assert (progress.done, progress.skipped, progress.bytes) == (0, len(assets), 0)


async def test_a_copy_that_was_broken_off_goes_on() -> None:
    source, assets = await filled(3)
    target = in_memory_library()
    target.faults.fail("repo.insert", nth=2)
    with pytest.raises(MetadataUnavailableError):
        await run(source, target)
    findings, progress = await run(source, target)
    assert (findings, progress.done + progress.skipped) == ([], len(assets))
    assert len([each async for each in target.world.objects.list_objects()]) == len(assets)
    assert [each async for each in target.reconcile(Progress(), verify=True)] == []


async def test_saves_that_are_not_finished_are_left() -> None:
    source, _ = await filled(1)
    await source.ports.repo.begin(TENANT, pending())
    aborted = await source.ports.repo.begin(TENANT, pending())
    await source.ports.repo.abort(TENANT, aborted.aborted(now=NOW))
    findings, progress = await run(source, in_memory_library())
    assert (findings, progress.done, progress.skipped) == ([], 1, 2)


async def test_trashed_assets_are_copied_too() -> None:
    source, (asset,) = await filled(1)
    source.world.assets.write(attrs.evolve(asset, state=AssetState.TRASHED))
    target = in_memory_library()
    assert (await run(source, target))[1].done == 1
    there = target.world.assets.read(asset.id)
    assert there is not None
    assert there.state is AssetState.TRASHED
    assert (await run(source, target))[1].skipped == 1


async def test_a_leased_cleanup_is_due_again_at_the_target() -> None:
    source, (asset,) = await filled(1)
    due = attrs.evolve(asset.cleanup, state=CleanupState.DUE, since=NOW, next_attempt_at=NOW)
    source.world.assets.write(attrs.evolve(asset, cleanup=due.leased(NOW)))
    target = in_memory_library()
    await run(source, target)
    there = target.world.assets.read(asset.id)
    assert there is not None
    assert (there.cleanup.state, there.cleanup.attempts) == (CleanupState.DUE, 1)
    assert there.cleanup.next_attempt_at == target.world.clock()


async def test_a_missing_object_is_a_finding() -> None:
    source, assets = await filled(3)
    await source.ports.store.delete(assets[1].key)
    findings, progress = await run(source, in_memory_library())
    assert findings == [
        Finding(
            kind=FindingKind.MISSING_OBJECT,
            subject=str(assets[1].key),
            detail=f"asset {assets[1].id} is ready, and its object is not there",
            action=Action.NONE,
        )
    ]
    assert progress.done == 2


async def test_an_object_of_another_size_is_a_finding() -> None:
    source, (asset,) = await filled(1)
    source.world.objects.overwrite(asset.key, b"short")
    target = in_memory_library()
    (finding,) = (await run(source, target))[0]
    assert (finding.kind, finding.subject) == (FindingKind.WRONG_SIZE, str(asset.key))
    assert finding.detail == f"5 bytes, was saved with {asset.size}"
    assert [each async for each in target.world.objects.list_objects()] == []


async def test_a_damaged_object_is_a_finding_and_is_not_copied() -> None:
    source, (asset,) = await filled(1)
    data = bytearray(source.world.objects.read(asset.key))
    data[-1] ^= 1
    source.world.objects.overwrite(asset.key, bytes(data))
    target = in_memory_library()
    (finding,) = (await run(source, target))[0]
    assert (finding.kind, finding.subject) == (FindingKind.WRONG_DIGEST, str(asset.key))
    assert finding.detail == "the bytes are not what was saved"
    assert [each async for each in target.world.objects.list_objects()] == []
    assert target.world.assets.documents == {}


async def test_other_bytes_under_the_key_at_the_target_are_a_finding() -> None:
    source, (asset,) = await filled(1)
    target = in_memory_library()
    target.world.objects.overwrite(asset.key, b"other bytes")
    (finding,) = (await run(source, target))[0]
    assert finding == Finding(
        kind=FindingKind.WRONG_DIGEST,
        subject=str(asset.key),
        detail="the target holds other bytes under this key",
    )
    assert target.world.objects.read(asset.key) == b"other bytes"


async def test_the_same_bytes_under_the_key_are_taken_as_the_copy() -> None:
    source, (asset,) = await filled(1)
    target, data = in_memory_library(), source.world.objects.read(asset.key)
    target.world.objects.overwrite(asset.key, data)
    findings, progress = await run(source, target)
    # Read at the source, and once more at the target.
    assert (findings, progress.done, progress.bytes) == ([], 1, 2 * len(data))
    assert (await target.get(asset.tenant, asset.id)).blocks == asset.blocks


async def test_an_unfinished_upload_under_the_key_is_ended_and_written_anew() -> None:
    source, (asset,) = await filled(1)
    target = in_memory_library()
    target.faults.fail("store.put", ObjectExistsError())
    findings, progress = await run(source, target)
    assert (findings, progress.done) == ([], 1)
    assert target.faults.calls.count("store.abort_uploads") == 1
    assert target.world.objects.read(asset.key) == source.world.objects.read(asset.key)


async def test_one_object_that_can_not_be_read_holds_up_no_other() -> None:
    source, assets = await filled(3)
    source.faults.fail("store.open", StorageUnavailableError("bad sector"), nth=2)
    target = in_memory_library()
    (finding,) = (await run(source, target))[0]
    assert finding.kind is FindingKind.UNREADABLE_OBJECT
    assert finding.subject in map(str, (asset.key for asset in assets))
    assert finding.detail == "now: bad sector"
    assert len(target.world.assets.documents) == 2


@pytest.mark.parametrize("which", ["source", "target"])
async def test_a_store_that_is_down_ends_the_copy(which: str) -> None:
    source, _ = await filled(3)
    target = in_memory_library()
    source.faults.fail("store.open")
    (source if which == "source" else target).faults.fail("store.check")
    with pytest.raises(StorageUnavailableError):
        await run(source, target)


async def test_an_unreadable_document_is_a_finding() -> None:
    source, _ = await filled(1)
    odd = by_another_program(metadata=None)
    source.world.assets.documents[AssetId(odd["_id"])] = odd
    (finding,) = (await run(source, in_memory_library()))[0]
    assert (finding.kind, finding.subject) == (FindingKind.UNREADABLE_DOCUMENT, odd["_id"])
    assert odd["_id"] in finding.detail


async def test_a_document_by_another_program_is_copied_without_a_digest() -> None:
    source, _ = await filled(1)
    foreign = by_another_program(size=7)
    source.world.assets.documents[AssetId(foreign["_id"])] = foreign
    key = foreign["storage"]["key"]
    source.world.objects.overwrite(key, b"foreign")
    target = in_memory_library()
    assert (await run(source, target))[0] == []
    there = target.world.assets.read(AssetId(foreign["_id"]))
    assert there is not None
    assert there.sha256 is not None
    assert len(base64.b64decode(there.blocks.encoded if there.blocks else "")) == 4


async def test_an_id_that_is_taken_at_the_target_is_a_finding() -> None:
    source, (asset,) = await filled(1)
    target = in_memory_library()
    key = "the same"
    source.world.assets.write(asset.with_attempt(idempotency=pending(key=key).attempt.idempotency))
    await target.ports.repo.begin(asset.tenant, pending(asset.tenant, key=key))
    (finding,) = (await run(source, target))[0]
    assert finding == Finding(
        kind=FindingKind.TAKEN,
        subject=str(asset.key),
        detail="another document at the target has its id or its idempotency key",
    )


async def test_a_quarantined_object_at_the_target_becomes_the_asset() -> None:
    source, (asset,) = await filled(1)
    target = in_memory_library()
    await target.ports.store.put(
        asset.key,
        content(source.world.objects.read(asset.key)),
        content_type="audio/wav",
    )
    (found,) = [each async for each in target.reconcile(Progress())]
    assert found.action is Action.QUARANTINED
    findings, progress = await run(source, target)
    assert (findings, progress.done) == ([], 1)
    assert (await target.get(asset.tenant, asset.id)).state is AssetState.READY
