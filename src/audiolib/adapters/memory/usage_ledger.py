"""Tallies in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.domain.model.quota import Tally
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.usage_ledger import UsageLedger


@attrs.frozen
class MemoryUsageLedger(UsageLedger):
    """A dictionary."""

    tallies: dict[Tenant, Tally] = attrs.field(factory=dict)

    async def get(self, tenant: Tenant) -> Tally | None:
        return self.tallies.get(tenant)

    async def put(self, tenant: Tenant, tally: Tally, *, expected: int | None) -> bool:
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
