"""Quarantine: what becomes of objects that nothing explains is for an operator to say."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Progress
from audiolib.domain.model.errors import AssetNotFoundError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo

_PAGE = 100


@attrs.frozen(kw_only=True)
class Quarantine:
    """Lists, restores and discards quarantined assets."""

    inventory: Inventory
    repo: MetadataRepo
    rebuild: RebuildAsset
    now: Callable[[], datetime]

    async def assets(self) -> AsyncIterator[AudioAsset]:
        """All of them, of every tenant, ascending by id."""
        after = ""
        while page := await self.inventory.in_state(
            AssetState.QUARANTINED, after=after, limit=_PAGE
        ):
            for asset in page:
                yield asset
            after = str(page[-1].id)

    async def restore(self, asset_id: AssetId) -> AudioAsset:
        """Give it back to its tenant, as if it had just been saved.

        Raises: AssetNotFoundError when it is not in quarantine; AssetCorruptError when its
            object is not whole, playable audio.
        """
        held = await self._get_quarantined(asset_id)
        rebuilt = await self.rebuild.ready(held.key, Progress())
        # Another asset may have taken the idempotency key meanwhile.
        ready = rebuilt.with_attempt(fence=held.attempt.fence, idempotency=None)
        ready = attrs.evolve(ready, version=held.version + 1)
        if not await self.repo.release(held.tenant, ready):
            raise AssetNotFoundError(f"asset {asset_id} is no longer in quarantine")
        return ready

    async def discard(self, asset_id: AssetId) -> None:
        """Have the recoverer remove it. Raises: AssetNotFoundError."""
        held = await self._get_quarantined(asset_id)
        if not await self.repo.release(held.tenant, held.aborted(now=self.now())):
            raise AssetNotFoundError(f"asset {asset_id} is no longer in quarantine")

    async def _get_quarantined(self, asset_id: AssetId) -> AudioAsset:
        asset = await self.inventory.find(asset_id)
        if not isinstance(asset, AudioAsset) or asset.state is not AssetState.QUARANTINED:
            raise AssetNotFoundError(f"no asset {asset_id} is in quarantine")
        return asset
