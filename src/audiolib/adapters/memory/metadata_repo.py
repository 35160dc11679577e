"""A metadata repo in memory."""

from datetime import datetime

import attrs

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest, Position
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo


class MemoryMetadataRepo(MetadataRepo):
    """Each call runs without a pause, so it is atomic."""

    def __init__(self, assets: MemoryAssets) -> None:
        self._assets = assets

    async def begin(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
        earlier = self._assets.read(intent.id)
        holder = earlier or self._assets.holder(tenant, intent.attempt.idempotency_key)
        if holder is None:
            self._assets.write(intent)
        return holder or intent

    async def renew_lease(
        self, tenant: Tenant, asset_id: AssetId, *, fence: str, until: datetime
    ) -> bool:
        asset = self._assets.held(asset_id, fence, AssetState.PENDING)
        if asset is None or asset.tenant != tenant:
            return False
        self._assets.write(asset.with_attempt(lease_until=until))
        return True

    async def commit(self, tenant: Tenant, ready: AudioAsset) -> bool:
        found = self._replace(tenant, ready, AssetState.PENDING)
        return found is not None and found.is_commit_of(ready)

    async def abort(self, tenant: Tenant, aborted: AudioAsset) -> bool:
        found = self._replace(tenant, aborted, AssetState.PENDING)
        return found is not None and found.is_abort_of(aborted)

    async def insert(self, tenant: Tenant, asset: AudioAsset) -> bool:
        there = await self.begin(tenant, asset)
        return there.is_same_write(asset)

    async def release(self, tenant: Tenant, asset: AudioAsset) -> bool:
        found = self._replace(tenant, asset, AssetState.QUARANTINED)
        return found is not None and found.is_same_write(asset)

    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset | None:
        asset = self._assets.read(asset_id)
        return asset if asset and asset.tenant == tenant else None

    async def page(self, tenant: Tenant, request: PageRequest) -> Page:
        ready = self._assets.where(
            lambda asset: asset.tenant == tenant and asset.state is AssetState.READY
        )
        newest_first = sorted(ready, key=Position.of, reverse=True)
        rest = [a for a in newest_first if not request.after or Position.of(a) < request.after]
        return Page.cut([attrs.evolve(a, blocks=None) for a in rest], request.limit)

    async def check(self) -> None:
        """Memory is always there."""

    async def check_writes(self) -> None:
        """Memory can always be written to."""

    def _replace(self, tenant: Tenant, asset: AudioAsset, state: AssetState) -> AudioAsset | None:
        held = self._assets.held(asset.id, asset.attempt.fence, state)
        if held is not None and held.tenant == tenant:
            self._assets.write(asset)
        found = self._assets.read(asset.id)
        return found if found and found.tenant == tenant else None
