"""An inventory in memory."""

from collections.abc import Callable, Sequence

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.domain.documents.schema_upgrade import decode_or_unreadable
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.inventory import Inventory


class MemoryInventory(Inventory):
    """Looks through all documents at each call."""

    def __init__(self, assets: MemoryAssets) -> None:
        self._assets = assets

    async def tenants(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        tenants = {asset.tenant for asset in self._assets.where(lambda _: True)}
        return [t for t in sorted(tenants) if after is None or t > after][:limit]

    async def assets(
        self, tenant: Tenant, *, after: str, limit: int
    ) -> Sequence[AudioAsset | Unreadable]:
        theirs = [
            document
            for document in self._assets.documents.values()
            if (document["customer_id"], document["user_id"])
            == (tenant.customer_id, tenant.user_id)
            and str(document["_id"]) > after
        ]
        theirs.sort(key=lambda document: str(document["_id"]))
        return [decode_or_unreadable(document) for document in theirs[:limit]]

    async def in_state(self, state: AssetState, *, after: str, limit: int) -> Sequence[AudioAsset]:
        return self._sort(lambda asset: asset.state is state, after, limit)

    async def with_cleanup(
        self, state: CleanupState, *, after: str, limit: int
    ) -> Sequence[AudioAsset]:
        return self._sort(lambda asset: asset.cleanup.state is state, after, limit)

    async def find(self, asset_id: AssetId) -> AudioAsset | Unreadable | None:
        document = self._assets.documents.get(asset_id)
        return None if document is None else decode_or_unreadable(document)

    def _sort(
        self, wanted: Callable[[AudioAsset], bool], after: str, limit: int
    ) -> list[AudioAsset]:
        found = sorted(self._assets.where(wanted), key=lambda asset: asset.id)
        return [asset for asset in found if str(asset.id) > after][:limit]
