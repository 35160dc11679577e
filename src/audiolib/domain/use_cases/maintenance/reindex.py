"""ReindexLibrary: rebuilds the documents when the database is lost."""

from collections.abc import AsyncIterator

import attrs

from audiolib.domain.model.audit import Action, Finding, FindingKind, Progress
from audiolib.domain.model.errors import AssetCorruptError, ObjectNotFoundError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.use_cases.maintenance.library_walk import parse_key
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.ports.inventory import Inventory
from audiolib.ports.object_store import ObjectStore


@attrs.frozen(kw_only=True)
class ReindexLibrary:
    """Walks the bucket; an object that has a document is left alone, so it may be run again."""

    store: ObjectStore
    inventory: Inventory
    rebuild: RebuildAsset

    async def __call__(self, progress: Progress) -> AsyncIterator[Finding]:
        """Every object that had no document, and what became of it.

        Raises: StorageUnavailableError, MetadataUnavailableError; run it again then.
        """
        async for listed in self.store.list_objects():
            progress.objects += 1
            key = parse_key(listed.key)
            if key is None:
                detail = f"{listed.size} bytes under a foreign key"
                yield Finding(kind=FindingKind.FOREIGN_OBJECT, subject=listed.key, detail=detail)
            elif await self.inventory.find(key.prefix.asset_id) is not None:
                progress.skipped += 1
            else:
                finding = await self._index(key, progress)
                if finding is not None:
                    yield finding

    async def _index(self, key: ObjectKey, progress: Progress) -> Finding | None:
        found = Finding(
            kind=FindingKind.UNEXPLAINED_OBJECT, subject=str(key), detail="rebuilt its document"
        )
        try:
            try:
                ready = await self.rebuild.ready(key, progress)
            except AssetCorruptError as unfit:
                found = attrs.evolve(found, detail=str(unfit))
            else:
                if await self.rebuild.insert(ready):
                    progress.done += 1
                    return attrs.evolve(found, action=Action.REBUILT)
            if await self.rebuild.insert(await self.rebuild.quarantined(key)):
                return attrs.evolve(found, action=Action.QUARANTINED)
        except ObjectNotFoundError:
            return None  # deleted meanwhile
        return attrs.evolve(found, detail="its id is taken by another document")
