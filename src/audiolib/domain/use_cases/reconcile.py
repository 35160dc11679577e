"""ReconcileLibrary: do the objects and the documents agree?"""

from collections.abc import AsyncIterator, Sequence

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import AssetCorruptError, ObjectNotFoundError
from audiolib.domain.model.finding import Action, Finding, FindingKind, Progress
from audiolib.domain.model.naming import ObjectKey
from audiolib.domain.model.stored_object import ListedObject
from audiolib.domain.model.survey import Unreadable
from audiolib.domain.use_cases.examine import examine, wrong_size
from audiolib.domain.use_cases.rebuild import RebuildAsset
from audiolib.domain.use_cases.side_by_side import Pair, parsed, side_by_side
from audiolib.ports.inventory import Inventory
from audiolib.ports.object_store import ObjectStore

_HAS_OBJECT = (AssetState.READY, AssetState.TRASHED)


@attrs.frozen(kw_only=True)
class ReconcileLibrary:
    """Runs beside saves on any machine: whatever looks wrong is looked at again before it counts.

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
        async for pair in side_by_side(self.store, self.inventory):
            progress.objects += len(pair.objects)
            progress.documents += pair.document is not None
            for finding in await self._judged(pair, progress, verify):
                yield await self._acted(finding, progress, dry_run=dry_run, repair=repair)
        for key in await self.store.unfinished():
            leftover = await self._leftover(key)
            if leftover is not None and not dry_run:
                await self.store.give_up(key)
                leftover = attrs.evolve(leftover, action=Action.ENDED)
            if leftover is not None:
                yield leftover

    async def _judged(self, pair: Pair, progress: Progress, verify: bool) -> Sequence[Finding]:
        document = pair.document
        if isinstance(document, Unreadable):
            return [_unreadable(document)]
        if pair.stem is None:
            return [_foreign(each) for each in pair.objects]
        findings = list[Finding]()
        if document is not None and document.state is AssetState.QUARANTINED:
            findings.append(_quarantined(document))
        if document is not None and document.state in _HAS_OBJECT:
            findings += await self._compared(document, pair.objects, progress, verify)
        for each in pair.objects:
            if not _explains(document, each.key):
                findings += await self._unexplained(each.key)
        return findings

    async def _compared(
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
        return [finding] if now is not None and now.state in _HAS_OBJECT else []

    async def _unexplained(self, key: str) -> list[Finding]:
        # Its document may be younger than the page of documents, its object be gone meanwhile.
        object_key = ObjectKey.parse(key)
        if _explains(await self.inventory.find(object_key.stem.asset_id), key):
            return []
        if await self._is_missing(object_key):
            return []
        detail = "no document knows this object"
        return [Finding(kind=FindingKind.UNEXPLAINED_OBJECT, subject=key, detail=detail)]

    async def _acted(
        self, finding: Finding, progress: Progress, *, dry_run: bool, repair: bool
    ) -> Finding:
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
        object_key = parsed(key)
        document = (
            None if object_key is None else await self.inventory.find(object_key.stem.asset_id)
        )
        if document is not None and document.state in (AssetState.PENDING, AssetState.ABORTED):
            return None  # a running save's, or the recoverer's
        if object_key is not None and document is not None and await self._is_missing(object_key):
            return None  # found already; what is left beside it may help to restore it
        if key not in await self.store.unfinished(key):
            return None  # it was finished meanwhile
        return Finding(
            kind=FindingKind.UNFINISHED_UPLOAD, subject=key, detail="no save is writing this"
        )

    async def _is_missing(self, key: ObjectKey) -> bool:
        try:
            await self.store.describe(key)
        except ObjectNotFoundError:
            return True
        return False


def _explains(document: AudioAsset | None, key: str) -> bool:
    """Whether a document accounts for an object under its stem."""
    if document is None:
        return False
    if document.state in (*_HAS_OBJECT, AssetState.QUARANTINED):
        return str(document.key) == key
    # Running, or for the recoverer to remove.
    return True


def _foreign(listed: ListedObject) -> Finding:
    detail = f"{listed.size} bytes under a key that is none of ours"
    return Finding(kind=FindingKind.FOREIGN_OBJECT, subject=listed.key, detail=detail)


def _unreadable(document: Unreadable) -> Finding:
    return Finding(
        kind=FindingKind.UNREADABLE_DOCUMENT, subject=document.asset_id, detail=document.fault
    )


def _quarantined(asset: AudioAsset) -> Finding:
    return Finding(
        kind=FindingKind.QUARANTINED,
        subject=str(asset.key),
        detail=f"in quarantine since {asset.updated_at.isoformat()}",
    )
