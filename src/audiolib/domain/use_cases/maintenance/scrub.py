"""ScrubLibrary: hashes a share of the library again, so that rot is found while copies last."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Finding, Progress
from audiolib.domain.use_cases.maintenance.library_walk import documents_of, tenants_of
from audiolib.domain.use_cases.maintenance.verify_object import examine
from audiolib.ports.inventory import Inventory
from audiolib.ports.object_store import ObjectStore

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class ScrubLibrary:
    """One share a day: which assets are due follows from their ids and the date alone, so
    nothing needs to be remembered, and after `shares` days every asset was hashed."""

    store: ObjectStore
    inventory: Inventory
    now: Callable[[], datetime]

    async def __call__(self, progress: Progress, *, shares: int = 30) -> AsyncIterator[Finding]:
        """Today's share; every damage as it is found.

        Raises: StorageUnavailableError, MetadataUnavailableError.
        """
        today = (self.now() - _EPOCH).days % shares
        async for tenant in tenants_of(self.inventory):
            async for asset in documents_of(self.inventory, tenant):
                progress.documents += 1
                if not isinstance(asset, AudioAsset) or asset.state is not AssetState.READY:
                    continue
                if share_of(asset, shares) != today:
                    progress.skipped += 1
                    continue
                progress.done += 1
                finding = await examine(self.store, asset, progress=progress, verify=True)
                if finding is not None and await self._still_ready(asset):
                    yield finding

    async def _still_ready(self, asset: AudioAsset) -> bool:
        now = await self.inventory.find(asset.id)
        return isinstance(now, AudioAsset) and now.state is AssetState.READY


def share_of(asset: AudioAsset, shares: int) -> int:
    """Which day's share an asset is in: the random end of its id, modulo `shares`."""
    return int(str(asset.id)[-8:], 16) % shares
