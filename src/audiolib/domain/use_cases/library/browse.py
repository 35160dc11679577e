"""BrowseLibrary: what is there."""

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import AssetNotFoundError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo


@attrs.frozen(kw_only=True)
class BrowseLibrary:
    """Looks through one tenant's ready assets."""

    repo: MetadataRepo

    async def page(self, tenant: Tenant, request: PageRequest = PageRequest()) -> Page:
        """One page, newest first; its cursor leads on."""
        return await self.repo.page(tenant, request)

    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset:
        """Raises: AssetNotFoundError, also for an asset of another tenant or not yet ready."""
        asset = await self.repo.get(tenant, asset_id)
        if asset is None or asset.state is not AssetState.READY:
            raise AssetNotFoundError(f"this library has no asset {asset_id}")
        return asset
