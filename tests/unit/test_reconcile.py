"""Objects and documents that disagree are told; nothing is deleted; races are no findings."""

from collections.abc import AsyncIterator

import attrs
import pytest

from audiolib import SaveAudio, Tenant
from audiolib.adapters.memory import MemoryObjectStore
from audiolib.domain.model.asset import AssetState
from audiolib.domain.model.audit import Action, Finding, FindingKind, Progress
from audiolib.domain.model.errors import AssetCorruptError, AssetNotFoundError
from audiolib.domain.model.identifiers import ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.objects import DescribedObject, ListedObject
from audiolib.domain.streams.hashing import HashedStream
from audiolib.domain.use_cases.library.save_audio import SavedAudio
from audiolib.testing import InMemoryLibrary, in_memory_library, wav
from audiolib.testing.contracts.samples import content, new_id

ANN = Tenant(customer_id="acme", user_id="ann")
BOB = Tenant(customer_id="acme", user_id="bob")
ZOE = Tenant(customer_id="zenith", user_id="zoe")


async def save(library: InMemoryLibrary, tenant: Tenant = ANN, number: int = 0) -> SavedAudio:
    url = library.generate(f"{tenant.user_id}-{number}.wav", wav(0.1 + number / 100))
    return await library.save(
        SaveAudio(tenant=tenant, audio_url=url, text=f"Hello {number}", voice="tone")
    )


async def three_tenants(library: InMemoryLibrary) -> list[SavedAudio]:
    return [await save(library, tenant, n) for tenant in (ANN, BOB, ZOE) for n in range(3)]


async def stray(library: InMemoryLibrary, tenant: Tenant = ANN, data: bytes = b"x") -> ObjectKey:
    """An object without a document."""
    key = ObjectKeyPrefix(tenant=tenant, asset_id=new_id()).key("wav")
    await library.world.objects.put(key, content(data), content_type="audio/wav")
    return key


async def lose_document(library: InMemoryLibrary, saved: SavedAudio) -> None:
    del library.world.assets.documents[saved.asset.id]


async def found(library: InMemoryLibrary, **how: bool) -> list[Finding]:
    return [finding async for finding in library.reconcile(Progress(), **how)]


def kinds(findings: list[Finding]) -> list[tuple[FindingKind, str, Action]]:
    return [(finding.kind, finding.subject, finding.action) for finding in findings]


async def test_a_library_in_order_has_no_findings() -> None:
    library = in_memory_library()
    await three_tenants(library)
    progress = Progress()
    assert [finding async for finding in library.reconcile(progress, verify=True)] == []
    assert (progress.objects, progress.documents) == (9, 9)
    assert progress.bytes == sum(
        [listed.size async for listed in library.world.objects.list_objects()]
    )


@pytest.mark.parametrize("tenant", [ANN, BOB, ZOE, Tenant(customer_id="b", user_id="b")])
async def test_an_unexplained_object_is_quarantined_and_stays(tenant: Tenant) -> None:
    library = in_memory_library()
    await three_tenants(library)
    key = await stray(library, tenant)
    unexplained = (FindingKind.UNEXPLAINED_OBJECT, str(key))
    assert kinds(await found(library, dry_run=True)) == [(*unexplained, Action.NONE)]
    assert kinds(await found(library)) == [(*unexplained, Action.QUARANTINED)]
    assert kinds(await found(library)) == [(FindingKind.QUARANTINED, str(key), Action.NONE)]
    assert library.world.objects.read(key) == b"x"
    assert [asset.key async for asset in library.quarantine.assets()] == [key]
    with pytest.raises(AssetNotFoundError):
        await library.browse.get(tenant, key.prefix.asset_id)


async def test_an_object_whose_document_was_lost_is_rebuilt_on_request() -> None:
    library = in_memory_library()
    saves = await three_tenants(library)
    lost = saves[4]
    await lose_document(library, lost)
    subject = str(lost.asset.key)
    assert kinds(await found(library, repair=True)) == [
        (FindingKind.UNEXPLAINED_OBJECT, subject, Action.REBUILT)
    ]
    assert await found(library, verify=True) == []
    again = await library.browse.get(lost.asset.tenant, lost.asset.id)
    assert again.metadata == lost.asset.metadata
    assert (again.sha256, again.duration) == (lost.asset.sha256, lost.asset.duration)
    # An object shows neither to the holder of a link to it.
    assert again.attempt.idempotency is None
    assert again.storage.original_url == ""


async def test_repair_quarantines_what_is_not_whole() -> None:
    library = in_memory_library()
    key = await stray(library, data=wav(1)[:-5])
    (finding,) = await found(library, repair=True)
    assert (finding.subject, finding.action) == (str(key), Action.QUARANTINED)
    assert "bytes" in finding.detail or "end" in finding.detail


async def test_a_second_object_under_a_live_stem_is_told_and_left() -> None:
    library = in_memory_library()
    saved = await save(library)
    other = saved.asset.key_prefix.key("mp3")
    await library.world.objects.put(other, content(b"x"), content_type="audio/mpeg")
    expected = [(FindingKind.UNEXPLAINED_OBJECT, str(other), Action.NONE)]
    assert kinds(await found(library, repair=True)) == expected
    assert (await library.browse.get(ANN, saved.asset.id)).key == saved.asset.key


async def test_a_missing_object_is_told_for_whichever_tenant() -> None:
    library = in_memory_library()
    saves = await three_tenants(library)
    for saved in (saves[0], saves[5], *saves[6:]):  # the first, the last, a whole tenant's
        await library.world.objects.delete(saved.asset.key)
    expected = {str(saved.asset.key) for saved in (saves[0], saves[5], *saves[6:])}
    findings = await found(library)
    assert {finding.subject for finding in findings} == expected
    assert {finding.kind for finding in findings} == {FindingKind.MISSING_OBJECT}


@pytest.mark.parametrize("verify", [False, True])
async def test_a_wrong_size_is_told(verify: bool) -> None:
    library = in_memory_library()
    saved = await save(library)
    library.world.objects.overwrite(saved.asset.key, wav(3))
    expected = [(FindingKind.WRONG_SIZE, str(saved.asset.key), Action.NONE)]
    assert kinds(await found(library, verify=verify)) == expected


async def test_a_wrong_digest_is_told_when_verifying() -> None:
    library = in_memory_library()
    saves = await three_tenants(library)
    key = saves[3].asset.key
    damaged = bytearray(library.world.objects.read(key))
    damaged[100] ^= 1
    library.world.objects.overwrite(key, bytes(damaged))
    assert await found(library) == []
    expected = [(FindingKind.WRONG_DIGEST, str(key), Action.NONE)]
    assert kinds(await found(library, verify=True)) == expected


async def test_an_object_of_other_programs_is_told_and_left() -> None:
    library = in_memory_library()
    library.world.objects.overwrite("backup/notes.txt", b"theirs")
    expected = [(FindingKind.FOREIGN_OBJECT, "backup/notes.txt", Action.NONE)]
    assert kinds(await found(library, repair=True)) == expected


async def test_an_unreadable_document_is_told() -> None:
    library = in_memory_library()
    saved = await save(library)
    library.world.assets.documents[saved.asset.id]["metadata"] = None
    (finding,) = await found(library, repair=True)
    assert (finding.kind, finding.subject) == (
        FindingKind.UNREADABLE_DOCUMENT,
        str(saved.asset.id),
    )


async def test_running_and_called_off_saves_are_no_findings() -> None:
    library = in_memory_library()
    for state in (AssetState.PENDING, AssetState.ABORTED):
        saved = await save(library, number=list(AssetState).index(state))
        document = library.world.assets.documents[saved.asset.id]
        document["state"] = state.value
    assert await found(library, repair=True) == []


async def test_a_save_that_begins_while_objects_are_listed_is_no_finding() -> None:
    """The page of documents is older than the object: the second look finds its document."""
    library = in_memory_library()
    await save(library)
    objects = library.world.objects
    listed = [each async for each in objects.list_objects()]
    late = await save(library, number=1)

    class Listing:
        def __getattr__(self, name: str) -> object:
            return getattr(objects, name)

        async def list_objects(self, prefix: str = "") -> AsyncIterator[ListedObject]:
            for each in [*listed, ListedObject(key=str(late.asset.key), size=late.asset.size)]:
                yield each
            await lose_document(library, late)
            await objects.delete(late.asset.key)

    racing = attrs.evolve(library.reconcile, store=Listing())
    assert [finding async for finding in racing(Progress())] == []


@pytest.mark.parametrize("still", [False, True])
async def test_an_upload_that_was_finished_meanwhile_is_no_finding(still: bool) -> None:
    library = in_memory_library()
    saved = await save(library)
    objects = library.world.objects
    given_up = []

    class Uploading:
        def __getattr__(self, name: str) -> object:
            return getattr(objects, name)

        async def list_uploads(self, prefix: str = "") -> list[str]:
            return [str(saved.asset.key)] if still or not prefix else []

        async def abort_uploads(self, key: str) -> None:
            given_up.append(key)

    beside = attrs.evolve(library.reconcile, store=Uploading())
    findings = [finding async for finding in beside(Progress())]
    expected = [(FindingKind.UNFINISHED_UPLOAD, str(saved.asset.key), Action.ENDED)]
    assert kinds(findings) == (expected if still else [])
    assert given_up == ([str(saved.asset.key)] if still else [])


async def test_a_quarantined_asset_is_restored_or_discarded() -> None:
    library = in_memory_library()
    saves = [await save(library, number=n) for n in range(2)]
    for saved in saves:
        await lose_document(library, saved)
    await found(library)
    restored = await library.quarantine.restore(saves[0].asset.id)
    assert (await library.browse.get(ANN, restored.id)).metadata == saves[0].asset.metadata
    await library.quarantine.discard(saves[1].asset.id)
    for asset in (saves[0].asset, saves[1].asset):
        with pytest.raises(AssetNotFoundError):
            await library.quarantine.discard(asset.id)
    await library.recover()
    left = [each.key async for each in library.world.objects.list_objects()]
    assert left == [str(saves[0].asset.key)]
    assert await found(library) == []


async def test_a_restored_asset_must_be_whole() -> None:
    library = in_memory_library()
    key = await stray(library, data=b"no audio")
    await found(library)
    with pytest.raises(Exception, match="not wav"):
        await library.quarantine.restore(key.prefix.asset_id)
    assert [asset.key async for asset in library.quarantine.assets()] == [key]


async def test_the_scrub_reads_every_asset_once_in_its_days() -> None:
    library = in_memory_library()
    saves = [await save(library, number=n) for n in range(40)]
    key = saves[7].asset.key
    damaged = bytearray(library.world.objects.read(key))
    damaged[-1] ^= 128
    library.world.objects.overwrite(key, bytes(damaged))
    found_on = []
    done = 0
    for day in range(5):
        progress = Progress()
        findings = [each async for each in library.scrub(progress, shares=5)]
        found_on += [(day, each.subject) for each in findings]
        assert progress.done < 40
        done += progress.done
        library.world.clock.advance(seconds=86_400)
    assert done == 40
    assert [subject for _, subject in found_on] == [str(key)]


async def test_reindex_rebuilds_every_document_and_may_be_repeated() -> None:
    library = in_memory_library()
    saves = [
        await library.browse.get(saved.asset.tenant, saved.asset.id)
        for saved in await three_tenants(library)
    ]
    documents = set(library.world.assets.documents)
    library.world.assets.documents.clear()
    await stray(library, data=b"no audio")
    findings = [each async for each in library.reindex(Progress())]
    assert [each.action for each in findings].count(Action.REBUILT) == 9
    assert [each.action for each in findings].count(Action.QUARANTINED) == 1
    for saved in saves:
        again = await library.browse.get(saved.tenant, saved.id)
        kept = attrs.evolve(
            again,
            attempt=saved.attempt,
            cleanup=saved.cleanup,
            storage=saved.storage,
            updated_at=saved.updated_at,
        )
        assert kept == saved
    assert documents < set(library.world.assets.documents)
    assert [each async for each in library.reindex(Progress())] == []


async def test_two_objects_with_one_idempotency_key_are_both_rebuilt() -> None:
    """As when a late write came to a bucket whose database was lost."""
    library = in_memory_library()
    first = await save(library)
    twin = ObjectKeyPrefix(tenant=ANN, asset_id=new_id()).key("wav")
    described = await library.world.objects.head(first.asset.key)
    async with library.world.objects.open(first.asset.key) as opened:
        await library.world.objects.put(
            twin,
            HashedStream(opened.chunks),
            content_type="audio/wav",
            attributes=described.attributes,
        )
    library.world.assets.documents.clear()
    findings = [each async for each in library.reindex(Progress())]
    assert [each.action for each in findings] == [Action.REBUILT, Action.REBUILT]


async def test_migrating_brings_documents_of_others_up_and_check_changes_nothing() -> None:
    library = in_memory_library()
    saved = [await save(library, number=n) for n in range(3)]
    documents = library.world.assets.documents
    for name in ("schema_version", "state", "fence", "cleanup", "version"):
        del documents[saved[0].asset.id][name]
    documents[saved[1].asset.id]["storage"] = "nonsense"
    looked = await library.migrate(Progress(), check=True)
    assert (looked.current, looked.outdated, looked.upgraded) == (1, 1, 0)
    assert len(looked.unreadable) == 1
    migrated = await library.migrate(Progress())
    assert (migrated.current, migrated.outdated, migrated.upgraded) == (1, 0, 1)
    assert documents[saved[0].asset.id]["schema_version"] == 1


async def test_what_was_deleted_while_it_was_looked_at_is_no_finding() -> None:
    library = in_memory_library()
    saved = (await save(library)).asset
    library.world.objects._objects.pop(str(saved.key))

    async def trash() -> None:
        library.world.assets.documents.clear()

    library.faults.delay("store.head", trash)
    assert [each async for each in library.reconcile(Progress())] == []


async def test_what_was_saved_after_its_page_was_read_is_no_finding() -> None:
    library = in_memory_library()
    saved = (await save(library)).asset
    late = dict(library.world.assets.documents)
    library.world.assets.documents.clear()

    async def commit() -> None:
        library.world.assets.documents.update(late)

    library.faults.delay("inventory.find", commit)
    assert [each async for each in library.reconcile(Progress())] == []
    assert (await library.get(saved.tenant, saved.id)).state is AssetState.READY


async def test_an_object_with_another_digest_than_it_was_put_with_is_not_rebuilt() -> None:
    library = in_memory_library()
    saved = (await save(library)).asset
    described = await library.world.objects.head(saved.key)

    class Spoilt(MemoryObjectStore):
        async def head(self, key: ObjectKey) -> DescribedObject:
            return attrs.evolve(described, sha256="0" * 64)

    spoilt = Spoilt(now=library.world.clock)
    spoilt._objects = library.world.objects._objects
    rebuild = attrs.evolve(library.rebuild, store=spoilt)
    with pytest.raises(AssetCorruptError, match="SHA-256"):
        await rebuild.ready(saved.key, Progress())
