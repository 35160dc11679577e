"""ReconcileLibrary: do the objects and the documents agree?"""

from collections.abc import AsyncIterator, Sequence

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Action, Finding, FindingKind, Progress, Unreadable
from audiolib.domain.model.errors import AssetCorruptError, ObjectNotFoundError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.objects import ListedObject
from audiolib.domain.use_cases.maintenance.library_walk import LibraryEntry, parse_key, walk_library
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.domain.use_cases.maintenance.verify_object import examine, wrong_size
from audiolib.ports.inventory import Inventory
from audiolib.ports.object_store import ObjectStore

_HAS_OBJECT = (AssetState.READY, AssetState.TRASHED)


@attrs.frozen(kw_only=True)
class ReconcileLibrary:
    """May run while saves run on any machine: what looks wrong is looked at again before it counts.

    It deletes no object, ever. `dry_run` changes nothing at all; else what nothing explains is
    quarantined, and leftover uploads are ended. `verify` hashes every byte. `repair` makes
    documents for objects that prove whole, as after the database was restored from a backup.
    """

    store: ObjectStore
    inventory: Inventory
    rebuild: RebuildAsset

    async def __call__(
        self,
        progress: Progress,
        *,
        dry_run: bool = False,
        verify: bool = False,
        repair: bool = False,
    ) -> AsyncIterator[Finding]:
        """Every disagreement, as it is found.

        Raises: StorageUnavailableError, MetadataUnavailableError; run it again then.
        """
        async for entry in walk_library(self.store, self.inventory):
            progress.objects += len(entry.objects)
            progress.documents += entry.document is not None
            unfinished = self._find_uncommitted(entry) if repair else []
            for finding in [*unfinished, *await self._judge(entry, progress, verify)]:
                try:
                    yield await self._act(finding, progress, dry_run=dry_run, repair=repair)
                except ObjectNotFoundError:
                    continue  # deleted meanwhile
        for key in await self.store.list_uploads():
            leftover = await self._leftover(key)
            if leftover is not None and not dry_run:
                await self.store.abort_uploads(key)
                leftover = attrs.evolve(leftover, action=Action.ENDED)
            if leftover is not None:
                yield leftover

    async def _judge(
        self, entry: LibraryEntry, progress: Progress, verify: bool
    ) -> Sequence[Finding]:
        document = entry.document
        if isinstance(document, Unreadable):
            return [_unreadable(document)]
        if entry.prefix is None:
            return [_foreign(each) for each in entry.objects]
        findings = list[Finding]()
        if document is not None and document.state is AssetState.QUARANTINED:
            findings.append(_is_quarantined(document))
        if document is not None and document.state in _HAS_OBJECT:
            findings += await self._compare(document, entry.objects, progress, verify)
        for each in entry.objects:
            if not _explains(document, each.key):
                findings += await self._explain(each.key)
        return findings

    async def _compare(
        self,
        asset: AudioAsset,
        objects: Sequence[ListedObject],
        progress: Progress,
        verify: bool,
    ) -> list[Finding]:
        sizes = {each.key: each.size for each in objects}
        size = sizes.get(str(asset.key))
        if size == asset.size and not verify:
            return []
        if size is not None and size != asset.size:
            return [wrong_size(asset, size)]
        finding = await examine(self.store, asset, progress=progress, verify=verify)
        if finding is None:
            return []
        # It may have been deleted since its document was read.
        now = await self.inventory.find(asset.id)
        return [finding] if isinstance(now, AudioAsset) and now.state in _HAS_OBJECT else []

    async def _explain(self, key: str) -> list[Finding]:
        # Its document may be younger than the page of documents, its object be gone meanwhile.
        object_key = ObjectKey.parse(key)
        if _explains(await self.inventory.find(object_key.prefix.asset_id), key):
            return []
        if await self._is_missing(object_key):
            return []
        detail = "no document knows this object"
        return [Finding(kind=FindingKind.UNEXPLAINED_OBJECT, subject=key, detail=detail)]

    def _find_uncommitted(self, entry: LibraryEntry) -> list[Finding]:
        """Intents whose lease is over and whose object is there: in a database that was restored
        from a backup, a save that was committed since still looks pending, and would be swept."""
        document = entry.document
        if not isinstance(document, AudioAsset) or document.state is not AssetState.PENDING:
            return []
        if not document.attempt.is_expired(self.rebuild.now()):
            return []
        return [
            Finding(
                kind=FindingKind.UNCOMMITTED_SAVE,
                subject=each.key,
                detail="its lease is over, and its object is there",
            )
            for each in entry.objects
        ]

    async def _commit(self, finding: Finding, progress: Progress) -> Finding:
        key = ObjectKey.parse(finding.subject)
        document = await self.inventory.find(key.prefix.asset_id)
        if not isinstance(document, AudioAsset):
            return finding
        try:
            ready = await self.rebuild.ready(key, progress)
        except AssetCorruptError as unfit:
            return attrs.evolve(finding, detail=str(unfit))
        ready = attrs.evolve(ready, attempt=document.attempt.committed())
        committed = await self.rebuild.repo.commit(document.tenant, ready)
        return attrs.evolve(finding, action=Action.REBUILT) if committed else finding

    async def _act(
        self, finding: Finding, progress: Progress, *, dry_run: bool, repair: bool
    ) -> Finding:
        if finding.kind is FindingKind.UNCOMMITTED_SAVE and not dry_run:
            return await self._commit(finding, progress)
        if dry_run or finding.kind is not FindingKind.UNEXPLAINED_OBJECT:
            return finding
        key = ObjectKey.parse(finding.subject)
        if repair:
            try:
                ready = await self.rebuild.ready(key, progress)
            except AssetCorruptError as unfit:
                finding = attrs.evolve(finding, detail=str(unfit))
            else:
                if await self.rebuild.insert(ready):
                    return attrs.evolve(finding, action=Action.REBUILT)
        if await self.rebuild.insert(await self.rebuild.quarantined(key)):
            return attrs.evolve(finding, action=Action.QUARANTINED)
        return finding

    async def _leftover(self, key: str) -> Finding | None:
        object_key = parse_key(key)
        document = (
            None if object_key is None else await self.inventory.find(object_key.prefix.asset_id)
        )
        if isinstance(document, Unreadable):
            return None  # found already; nobody can say what it is
        if document is not None and document.state in (AssetState.PENDING, AssetState.ABORTED):
            return None  # a running save's, or the recoverer's
        if object_key is not None and document is not None and await self._is_missing(object_key):
            return None  # found already; what is left beside it may help to restore it
        if key not in await self.store.list_uploads(key):
            return None  # it was finished meanwhile
        return Finding(
            kind=FindingKind.UNFINISHED_UPLOAD, subject=key, detail="no save is writing this"
        )

    async def _is_missing(self, key: ObjectKey) -> bool:
        try:
            await self.store.head(key)
        except ObjectNotFoundError:
            return True
        return False


def _explains(document: AudioAsset | Unreadable | None, key: str) -> bool:
    """Whether a document accounts for an object under its prefix."""
    if document is None:
        return False
    if isinstance(document, Unreadable):
        return True  # it is a finding of its own
    if document.state in (*_HAS_OBJECT, AssetState.QUARANTINED):
        return str(document.key) == key
    # Running, or for the recoverer to remove.
    return True


def _foreign(listed: ListedObject) -> Finding:
    detail = f"{listed.size} bytes under a foreign key"
    return Finding(kind=FindingKind.FOREIGN_OBJECT, subject=listed.key, detail=detail)


def _unreadable(document: Unreadable) -> Finding:
    return Finding(
        kind=FindingKind.UNREADABLE_DOCUMENT, subject=document.asset_id, detail=document.fault
    )


def _is_quarantined(asset: AudioAsset) -> Finding:
    return Finding(
        kind=FindingKind.QUARANTINED,
        subject=str(asset.key),
        detail=f"in quarantine since {asset.updated_at.isoformat()}",
    )
