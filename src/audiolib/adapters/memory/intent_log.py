"""An intent log in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.ports.intent_log import IntentLog


class MemoryIntentLog(IntentLog):
    """Each call runs without a pause, so it is atomic."""

    def __init__(self, assets: MemoryAssets) -> None:
        self._assets = assets

    async def fence_expired(self, *, now: datetime, limit: int) -> int:
        expired = self._assets.where(
            lambda asset: asset.state is AssetState.PENDING and asset.attempt.is_expired(now)
        )
        chosen = list(expired)[:limit]
        for asset in chosen:
            self._assets.write(asset.aborted(now=now))
        return len(chosen)

    async def due_sweeps(self, *, now: datetime, limit: int) -> Sequence[AudioAsset]:
        due = [
            (asset.attempt.tombstone.purge_at, asset)
            for asset in self._assets.where(lambda asset: asset.state is AssetState.ABORTED)
            if asset.attempt.tombstone is not None and asset.attempt.tombstone.purge_at <= now
        ]
        return [asset for _, asset in sorted(due, key=lambda pair: pair[0])[:limit]]

    async def mark_swept(self, asset: AudioAsset, *, again_at: datetime | None) -> None:
        found = self._assets.read(asset.id)
        if found is None or found.state is not AssetState.ABORTED:
            return
        if again_at is None:
            del self._assets.documents[asset.id]
        else:
            tombstone = found.attempt.tombstone
            tombstone = tombstone and attrs.evolve(tombstone, purge_at=again_at)
            self._assets.write(found.with_attempt(tombstone=tombstone))
