"""Tallies in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.domain.model.quota import TenantUsage
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.usage_ledger import UsageStore


@attrs.frozen
class MemoryUsageStore(UsageStore):
    """A dictionary."""

    tallies: dict[Tenant, TenantUsage] = attrs.field(factory=dict)

    async def get(self, tenant: Tenant) -> TenantUsage | None:
        return self.tallies.get(tenant)

    async def put(self, tenant: Tenant, tally: TenantUsage, *, expected: int | None) -> bool:
        found = self.tallies.get(tenant)
        if (None if found is None else found.version) != expected:
            return False
        self.tallies[tenant] = tally
        return True

    async def with_reservations(self, *, before: datetime, limit: int) -> Sequence[Tenant]:
        return [
            tenant
            for tenant, tally in self.tallies.items()
            if tally.oldest is not None and tally.oldest < before
        ][:limit]
