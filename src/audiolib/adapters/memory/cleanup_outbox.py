"""A cleanup outbox in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import CleanupResult, CleanupState, CleanupTask
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.cleanup_outbox import CleanupOutbox


class MemoryCleanupOutbox(CleanupOutbox):
    """Each call runs without a pause, so it is atomic."""

    def __init__(self, assets: MemoryAssets) -> None:
        self._assets = assets

    async def claim(
        self, *, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[CleanupTask]:
        claimed = []
        for asset in list(self._assets.where(lambda asset: _claimable(asset, now)))[:limit]:
            leased = attrs.evolve(asset, cleanup=asset.cleanup.leased(lease_until))
            self._assets.write(leased)
            claimed.append(leased.cleanup_task)
        return claimed

    async def settle(self, results: Sequence[CleanupResult]) -> int:
        written = 0
        for result in results:
            asset = self._assets.read(result.task.asset_id)
            settled = asset and asset.after(result)
            if settled is None:
                continue
            self._assets.write(settled)
            written += 1
        return written

    async def retry(self, asset_id: AssetId, *, now: datetime) -> bool:
        asset = self._assets.read(asset_id)
        revived = asset and asset.revived(now)
        if revived is None:
            return False
        self._assets.write(revived)
        return True


def _claimable(asset: AudioAsset, now: datetime) -> bool:
    cleanup = asset.cleanup
    if cleanup.state is CleanupState.DUE:
        return cleanup.next_attempt_at is not None and cleanup.next_attempt_at <= now
    if cleanup.state is CleanupState.LEASED:
        return cleanup.lease_until is not None and cleanup.lease_until < now
    return False
