"""EnforceQuota: no tenant gets more room than the quota, however many saves run at once.

A save reserves room before it takes any, in one compare-and-set of the tenant's usage; so the sum
of what is kept and what is reserved never passes the quota. What a crash leaves reserved is
settled later by what became of the asset.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.quota import Quota, TenantUsage, Usage
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.maintenance.library_walk import documents_of
from audiolib.domain.use_cases.retry import retry_if_unknown
from audiolib.ports.inventory import Inventory
from audiolib.ports.usage_store import UsageStore

_TRIES = 100
_KEPT = (AssetState.READY, AssetState.QUARANTINED)


@attrs.frozen(kw_only=True)
class NoQuota:
    """Stands in for EnforceQuota where there is no limit, and costs nothing."""

    async def reserve(self, tenant: Tenant, asset_id: AssetId, size: int) -> None:
        """There is always room."""

    async def keep(self, asset: AudioAsset) -> None:
        """Nothing was reserved."""

    async def release(self, tenant: Tenant, asset_id: AssetId) -> None:
        """Nothing was reserved."""


@attrs.frozen(kw_only=True)
class EnforceQuota:
    """`patience` is how long a reservation is left to its save."""

    usage_store: UsageStore
    inventory: Inventory
    quota: Quota
    now: Callable[[], datetime]
    patience: timedelta = timedelta(seconds=30)

    async def reserve(self, tenant: Tenant, asset_id: AssetId, size: int) -> None:
        """Reserve room for one asset; a second call replaces the size.

        Raises: QuotaExceededError, and then what was reserved before stays; or
        MetadataUnavailableError.
        """
        now = self.now()
        await self._change(tenant, lambda t: t.reserve(asset_id, size, self.quota, now))

    async def keep(self, asset: AudioAsset) -> None:
        """The asset is ready. Raises: MetadataUnavailableError."""
        await self._change(asset.tenant, lambda usage: usage.keep(asset.id, asset.size))

    async def release(self, tenant: Tenant, asset_id: AssetId) -> None:
        """The save came to nothing. Raises: MetadataUnavailableError."""
        await self._change(tenant, lambda usage: usage.release(asset_id))

    async def usage(self, tenant: Tenant) -> Usage:
        """What the tenant has and has reserved. Raises: MetadataUnavailableError."""
        return (await self._load(tenant)).usage

    async def settle(self, *, limit: int = 100) -> int:
        """Keep or release reservations whose saves were cut off, by the state of their assets.

        Returns: how many. Raises: MetadataUnavailableError.
        """
        before, settled = self.now() - self.patience, 0
        for tenant in await self.usage_store.with_reservations(before=before, limit=limit):
            usage = await self._load(tenant)
            for asset_id, room in usage.reserved.items():
                if room.since < before:
                    settled += await self._settle(tenant, asset_id)
        return settled

    async def recount(self, tenant: Tenant) -> bool:
        """Recount the tenant's documents, for changes that no save made.

        Returns: False while saves run, which would be miscounted. Raises: MetadataUnavailableError.
        """
        usage = await self._load(tenant)
        if usage.reserved:
            return False
        recounted = usage.recounted(await self._count(tenant))
        return await self.usage_store.put(tenant, recounted, expected=usage.version)

    async def _settle(self, tenant: Tenant, asset_id: AssetId) -> bool:
        asset = await self.inventory.find(asset_id)
        if isinstance(asset, Unreadable) or (asset and asset.state is AssetState.PENDING):
            return False
        if asset is not None and asset.state in _KEPT:
            await self.keep(asset)
        else:
            await self.release(tenant, asset_id)
        return True

    async def _change(self, tenant: Tenant, change: Callable[[TenantUsage], TenantUsage]) -> None:
        for _ in range(_TRIES):
            # Every change is idempotent, so one whose outcome is unknown may be made again.
            before = await retry_if_unknown(lambda: self._load(tenant))
            after = change(before)
            if after == before or await retry_if_unknown(
                lambda after=after, before=before: self.usage_store.put(  # type: ignore[misc]
                    tenant, after, expected=before.version
                )
            ):
                return
        raise MetadataUnavailableError("too many saves of this tenant at once")

    async def _load(self, tenant: Tenant) -> TenantUsage:
        while (usage := await self.usage_store.get(tenant)) is None:
            # Whoever saves under a quota needs the usage first, so nothing is added meanwhile.
            first = TenantUsage(kept=await self._count(tenant), version=1)
            await self.usage_store.put(tenant, first, expected=None)
        return usage

    async def _count(self, tenant: Tenant) -> Usage:
        objects = size = 0
        async for document in documents_of(self.inventory, tenant):
            if isinstance(document, AudioAsset) and document.state in _KEPT:
                objects += 1
                size += document.size
        return Usage(objects=objects, size=size)
