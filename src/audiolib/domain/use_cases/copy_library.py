"""CopyLibrary: every asset from one pair of stores to another."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.at_once import AtOnce, one_by_one
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.finding import Finding, FindingKind, Progress
from audiolib.domain.model.survey import Unreadable
from audiolib.domain.use_cases.copy_object import CopiedBytes, CopyObject
from audiolib.domain.use_cases.side_by_side import documents_of, tenants_of
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore

_CARRIED = (AssetState.READY, AssetState.TRASHED)


@attrs.frozen(kw_only=True)
class CopyLibrary:
    """Ids, keys and times stay as they are. What is there already is left alone, so a copy that
    was broken off goes on when it is run again.

    The object goes first and its document last: until then the source's document stands for it.
    Each object is verified by its SHA-256. Nothing is changed at the source.
    """

    source: ObjectStore
    inventory: Inventory
    store: ObjectStore
    repo: MetadataRepo
    now: Callable[[], datetime]
    at_once: AtOnce = one_by_one
    together: int = 8
    url_ttl: timedelta = timedelta(minutes=15)

    async def __call__(self, progress: Progress) -> AsyncIterator[Finding]:
        """Everything that could not be copied, and why.

        Raises: StorageUnavailableError, MetadataUnavailableError; run it again then.
        """
        async for tenant in tenants_of(self.inventory):
            batch = list[AudioAsset | Unreadable]()
            async for document in documents_of(self.inventory, tenant):
                batch.append(document)
                if len(batch) == self.together:
                    for finding in await self._copied(batch, progress):
                        yield finding
                    batch.clear()
            for finding in await self._copied(batch, progress):
                yield finding

    async def _copied(
        self, batch: Sequence[AudioAsset | Unreadable], progress: Progress
    ) -> list[Finding]:
        results = await self.at_once([partial(self._one, each, progress) for each in batch])
        return [finding for finding in results if finding is not None]

    async def _one(self, asset: AudioAsset | Unreadable, progress: Progress) -> Finding | None:
        progress.documents += 1
        if isinstance(asset, Unreadable):
            return Finding(
                kind=FindingKind.UNREADABLE_DOCUMENT, subject=asset.asset_id, detail=asset.fault
            )
        if asset.state not in _CARRIED or await self._is_there(asset):
            progress.skipped += 1
            return None
        copied = await CopyObject(source=self.source, store=self.store)(asset, progress)
        if isinstance(copied, Finding):
            return copied
        if not await self._documented(asset, copied):
            detail = "another document at the target has its id or its idempotency key"
            return Finding(kind=FindingKind.TAKEN, subject=str(asset.key), detail=detail)
        progress.done += 1
        return None

    async def _is_there(self, asset: AudioAsset) -> bool:
        try:
            found = await self.repo.get(asset.tenant, asset.id)
        except UnreadableDocumentError:
            return False  # its id is taken, which the insert will find
        return (
            found is not None and found.state in _CARRIED and asset.sha256 in (None, found.sha256)
        )

    async def _documented(self, asset: AudioAsset, copied: CopiedBytes) -> bool:
        url = await self.store.presign(
            asset.key,
            expires_in=self.url_ttl,
            content_type=asset.content_type or "application/octet-stream",
            filename=asset.filename,
        )
        document = attrs.evolve(
            asset,
            storage=attrs.evolve(
                asset.storage,
                bucket=self.store.bucket,
                url=url.url,
                url_expires_at=url.expires_at,
            ),
            sha256=copied.sha256,
            blocks=copied.blocks,
            cleanup=asset.cleanup.unleased(self.now()),
        )
        if await self.repo.insert(asset.tenant, document):
            return True
        # A reconcile that ran at the target since may have put the bare object in quarantine.
        try:
            found = await self.repo.get(asset.tenant, asset.id)
        except UnreadableDocumentError:
            return False
        if found is None or found.state is not AssetState.QUARANTINED:
            return False
        return await self.repo.release(asset.tenant, attrs.evolve(document, fence=found.fence))
