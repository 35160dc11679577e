"""Every finding says all it is to say, and progress is counted."""

from datetime import timedelta

import attrs
import pytest

from audiolib import Tenant
from audiolib.domain.model.asset import AssetState
from audiolib.domain.model.audit import Action, Finding, FindingKind, Progress
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import (
    AssetNotFoundError,
    ObjectNotFoundError,
    StorageUnavailableError,
)
from audiolib.domain.model.identifiers import AssetId, ObjectKey, ObjectKeyPrefix
from audiolib.domain.use_cases.maintenance.library_walk import walk_library
from audiolib.domain.use_cases.maintenance.scrub import share_of
from audiolib.domain.use_cases.maintenance.verify_object import examine
from audiolib.testing import InMemoryLibrary, in_memory_library, wav
from audiolib.testing.contracts.raw_documents import by_another_program
from audiolib.testing.contracts.samples import TENANT, new_id, pending

ANN = Tenant(customer_id="acme", user_id="ann")
TENANTS = [Tenant(customer_id=c, user_id=u) for c in ("acme", "beta") for u in ("ann", "bob")]


async def filled(library: InMemoryLibrary, per_tenant: int = 3):  # type: ignore[no-untyped-def]
    return [
        (await library.save_bytes(wav(0.1), tenant=tenant, title=f"{number}")).asset
        for number in range(per_tenant)
        for tenant in TENANTS
    ]


def stray_key(tenant: Tenant = ANN) -> ObjectKey:
    return ObjectKeyPrefix(tenant=tenant, asset_id=new_id()).key("wav")


async def test_a_walk_meets_every_object_and_every_document_once() -> None:
    library = in_memory_library()
    assets = await filled(library)
    without_object = [assets[0], assets[5], assets[-1]]
    without_document = [assets[2], assets[7]]
    for asset in without_object:
        await library.ports.store.delete(asset.key)
    for asset in without_document:
        del library.world.assets.documents[asset.id]
    library.world.objects.overwrite("zz foreign", b"12")
    library.world.objects.overwrite("aa/foreign.txt", b"1")
    met = [entry async for entry in walk_library(library.ports.store, library.ports.inventory)]
    documents = [entry.document.id for entry in met if entry.document is not None]  # type: ignore[union-attr]
    objects = [each.key for entry in met for each in entry.objects]
    assert sorted(documents) == sorted(set(library.world.assets.documents))
    assert sorted(objects) == sorted(
        [found.key async for found in library.world.objects.list_objects()]
    )
    assert len(documents) == len(set(documents))
    for entry in met:
        if entry.document is not None and entry.objects:
            assert str(entry.document.key) == entry.objects[0].key  # type: ignore[union-attr]
    alone = [entry.document for entry in met if not entry.objects]
    assert sorted(str(document.id) for document in alone) == sorted(  # type: ignore[union-attr]
        str(asset.id) for asset in without_object
    )


async def test_a_tenant_without_any_object_is_met_too() -> None:
    library = in_memory_library()
    assets = await filled(library)
    for asset in assets:
        if asset.tenant in (TENANTS[0], TENANTS[3]):
            await library.ports.store.delete(asset.key)
    missing = [f async for f in library.reconcile(Progress(), dry_run=True)]
    assert {finding.kind for finding in missing} == {FindingKind.MISSING_OBJECT}
    assert len(missing) == 6


async def test_reindex_says_what_became_of_each_object() -> None:
    library = in_memory_library()
    assets = await filled(library, 2)
    kept, lost = assets[:3], assets[3:]
    for asset in lost:
        del library.world.assets.documents[asset.id]
    broken, taken = stray_key(), stray_key()
    library.world.objects.overwrite(broken, b"no audio")
    library.world.objects.overwrite(taken, wav(0.1))
    odd = by_another_program()
    library.world.objects.overwrite("foreign", b"123")
    progress = Progress()
    found = {each.subject: each async for each in library.reindex(progress)}
    for asset in lost:
        assert found[str(asset.key)] == Finding(
            kind=FindingKind.UNEXPLAINED_OBJECT,
            subject=str(asset.key),
            detail="rebuilt its document",
            action=Action.REBUILT,
        )
    assert found["foreign"] == Finding(
        kind=FindingKind.FOREIGN_OBJECT, subject="foreign", detail="3 bytes under a foreign key"
    )
    assert found[str(broken)].action is Action.QUARANTINED
    assert found[str(broken)].detail.startswith(f"{broken}: ")
    assert found[str(taken)].action is Action.REBUILT
    assert set(found) == {*(str(a.key) for a in lost), str(broken), str(taken), "foreign"}
    assert (progress.objects, progress.skipped, progress.done) == (11, len(kept), len(lost) + 1)
    assert odd["_id"] not in library.world.assets.documents


async def test_an_object_whose_id_is_taken_stays_a_finding() -> None:
    library = in_memory_library()
    key = stray_key()
    library.world.objects.overwrite(key, wav(0.1))
    library.faults.delay("repo.insert", lambda: _take(library, key))
    (finding,) = [each async for each in library.reindex(Progress())]
    assert (finding.action, finding.detail) == (
        Action.NONE,
        "its id is taken by another document",
    )


async def _take(library: InMemoryLibrary, key: ObjectKey) -> None:
    intent = pending(key.prefix.tenant, asset_id=key.prefix.asset_id)
    library.world.assets.write(intent)


async def test_an_object_that_goes_while_it_is_indexed_is_no_finding() -> None:
    library = in_memory_library()
    key = stray_key()
    library.world.objects.overwrite(key, wav(0.1))
    library.faults.fail("store.head", ObjectNotFoundError())
    assert [each async for each in library.reindex(Progress())] == []


@pytest.mark.parametrize("verify", [False, True])
async def test_an_object_as_it_was_saved_is_no_finding(verify: bool) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN)).asset
    progress = Progress()
    store = library.ports.store
    assert await examine(store, saved, progress=progress, verify=verify) is None
    assert progress.bytes == (saved.size if verify else 0)


@pytest.mark.parametrize("verify", [False, True])
async def test_each_damage_is_told_in_full(verify: bool) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN)).asset
    store, subject = library.ports.store, str(saved.key)

    async def found() -> Finding | None:
        return await examine(store, saved, progress=Progress(), verify=verify)

    library.world.objects.overwrite(saved.key, b"12345")
    detail = f"5 bytes, was saved with {saved.size}"
    wrong_size = Finding(kind=FindingKind.WRONG_SIZE, subject=subject, detail=detail)
    assert await found() == wrong_size
    changed = wav(1)[:-1] + b"x"
    library.world.objects.overwrite(saved.key, changed)
    finding = await found()
    if verify:
        assert finding is not None
        assert (finding.kind, finding.subject) == (FindingKind.WRONG_DIGEST, subject)
        assert finding.detail.endswith(f", was saved as {saved.sha256}")
        assert finding.detail.startswith("SHA-256 is ")
    else:
        assert finding is None
    call = "store.open" if verify else "store.head"
    library.faults.fail(call, StorageUnavailableError("bad sector"))
    assert await found() == Finding(
        kind=FindingKind.UNREADABLE_OBJECT, subject=subject, detail="now: bad sector"
    )
    await library.ports.store.delete(saved.key)
    assert await found() == Finding(
        kind=FindingKind.MISSING_OBJECT,
        subject=subject,
        detail=f"asset {saved.id} is ready, and its object is not there",
    )


async def test_reconcile_tells_each_kind_in_full() -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN)).asset
    library.world.objects.overwrite(saved.key, b"12345")
    stray, foreign = stray_key(), "a foreign key"
    library.world.objects.overwrite(stray, b"1")
    library.world.objects.overwrite(foreign, b"12")
    odd = by_another_program(metadata=None)
    library.world.assets.documents[AssetId(odd["_id"])] = odd
    progress = Progress()
    found = {each.kind: each async for each in library.reconcile(progress)}
    assert found[FindingKind.WRONG_SIZE].detail == f"5 bytes, was saved with {saved.size}"
    assert found[FindingKind.FOREIGN_OBJECT].detail == "2 bytes under a foreign key"
    assert found[FindingKind.UNEXPLAINED_OBJECT] == Finding(
        kind=FindingKind.UNEXPLAINED_OBJECT,
        subject=str(stray),
        detail="no document knows this object",
        action=Action.QUARANTINED,
    )
    assert found[FindingKind.UNREADABLE_DOCUMENT].subject == odd["_id"]
    assert odd["_id"] in found[FindingKind.UNREADABLE_DOCUMENT].detail
    assert (progress.objects, progress.documents) == (3, 2)
    again = {each.kind: each async for each in library.reconcile(Progress())}
    now = library.world.clock().isoformat()
    assert again[FindingKind.QUARANTINED].detail == f"in quarantine since {now}"
    assert FindingKind.UNEXPLAINED_OBJECT not in again


@pytest.mark.parametrize("state", ["none", "pending", "aborted", "ready", "unreadable"])
async def test_unfinished_uploads_are_judged_by_their_document(state: str) -> None:
    library = in_memory_library()
    intent = pending(TENANT)
    key = intent.key_prefix.key("wav")
    library.world.objects._uploads.append(str(key))
    if state == "pending":
        library.world.assets.write(intent)
    if state == "aborted":
        library.world.assets.write(intent.aborted(now=library.world.clock()))
    if state == "unreadable":
        odd = by_another_program(_id=str(intent.id), metadata=None)
        library.world.assets.documents[intent.id] = odd
    if state == "ready":
        saved = (await library.save_bytes(wav(1), tenant=TENANT)).asset
        ready = attrs.evolve(saved, id=intent.id, storage=attrs.evolve(saved.storage, key=key))
        library.world.assets.documents.clear()
        library.world.assets.write(ready)
        library.world.objects.overwrite(key, wav(1))
        await library.ports.store.delete(saved.key)
    found = [each async for each in library.reconcile(Progress(), dry_run=True)]
    uploads = [each for each in found if each.kind is FindingKind.UNFINISHED_UPLOAD]
    if state in ("none", "ready"):
        (finding,) = uploads
        assert (finding.subject, finding.detail) == (str(key), "no save is writing this")
    else:
        assert uploads == []


async def test_a_repaired_save_keeps_its_attempt_and_says_so() -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN, idempotency_key="k")).asset
    lease = library.world.clock() - timedelta(seconds=1)
    unsaved = attrs.evolve(
        saved.with_attempt(lease_until=lease),
        state=AssetState.PENDING,
        storage=attrs.evolve(saved.storage, key=None),
        cleanup=Cleanup(),
    )
    library.world.assets.write(unsaved)
    (finding,) = [each async for each in library.reconcile(Progress(), repair=True)]
    assert finding == Finding(
        kind=FindingKind.UNCOMMITTED_SAVE,
        subject=str(saved.key),
        detail="its lease is over, and its object is there",
        action=Action.REBUILT,
    )
    again = await library.get(ANN, saved.id)
    assert again.attempt == saved.attempt
    library.world.assets.write(unsaved)
    library.world.objects.overwrite(saved.key, b"damaged")
    (finding,) = [each async for each in library.reconcile(Progress(), repair=True)]
    assert (finding.action, finding.detail[:40]) == (Action.NONE, f"{saved.key}"[:40])


async def test_a_quarantined_object_is_described_and_given_back() -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN, title="Kept")).asset
    data = library.world.objects.read(saved.key)
    library.world.assets.documents.clear()
    library.world.clock.advance(seconds=5)
    _ = [each async for each in library.reconcile(Progress())]
    (held,) = [each async for each in library.quarantine.assets()]
    assert (held.size, held.metadata.title) == (len(data), "Kept")
    assert held.sha256 == saved.sha256
    assert held.updated_at == library.world.clock()
    assert held.storage.bucket == saved.storage.bucket
    assert (held.attempt.idempotency, bool(held.attempt.fence)) == (None, True)
    restored = await library.quarantine.restore(held.id)
    assert restored.version == held.version + 1
    assert restored.cleanup == Cleanup(state=CleanupState.SKIPPED, since=library.world.clock())
    assert restored.content_type == "audio/wav"
    assert restored.storage.url is not None
    again = await library.get(ANN, held.id)
    assert again == attrs.evolve(restored, audio=again.audio)
    with pytest.raises(AssetNotFoundError, match=f"no asset {held.id} is in quarantine"):
        await library.quarantine.restore(held.id)
    with pytest.raises(AssetNotFoundError, match=f"no asset {held.id} is in quarantine"):
        await library.quarantine.discard(held.id)


async def test_many_quarantined_objects_are_all_listed() -> None:
    library = in_memory_library()
    for _ in range(101):
        library.world.objects.overwrite(stray_key(), b"1")
    _ = [each async for each in library.reconcile(Progress())]
    held = [each async for each in library.quarantine.assets()]
    assert len({each.id for each in held}) == 101


async def test_scrub_counts_what_it_passes_and_what_it_reads() -> None:
    library = in_memory_library()
    assets = await filled(library, 3)
    library.world.assets.write(pending(TENANT))
    today = (
        library.world.clock()
        - library.world.clock().replace(
            year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0
        )
    ).days % 2
    due = [asset for asset in assets if share_of(asset, 2) == today]
    progress = Progress()
    assert [each async for each in library.scrub(progress, shares=2)] == []
    assert (progress.documents, progress.done) == (13, len(due))
    assert progress.skipped == len(assets) - len(due)
    assert progress.bytes == sum(asset.size for asset in due)
    assert {share_of(asset, 1) for asset in assets} == {0}


async def test_migrate_counts_each_kind() -> None:
    library = in_memory_library()
    await filled(library, 1)
    documents = library.world.assets.documents
    for _ in range(2):
        old = by_another_program()
        documents[AssetId(old["_id"])] = old
    odd = by_another_program(metadata=None)
    documents[AssetId(odd["_id"])] = odd
    progress = Progress()
    checked = await library.migrate(progress, check=True)
    assert (checked.current, checked.upgraded, checked.outdated) == (4, 0, 2)
    assert len(checked.unreadable) == 1
    assert checked.unreadable[0].startswith(f"{odd['_id']}: ")
    assert progress.documents == 7
    done = await library.migrate(Progress())
    assert (done.current, done.upgraded, done.outdated) == (4, 2, 0)
    assert (await library.migrate(Progress())).current == 6
