"""Port: how much each tenant has."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audiolib.domain.model.quota import TenantUsage
from audiolib.domain.model.tenant import Tenant


class UsageStore(Protocol):
    """Keeps the usage of each tenant. Raises MetadataUnavailableError.

    Every adapter passes `audiolib.testing.contracts.UsageStoreContract`.
    """

    @abstractmethod
    async def get(self, tenant: Tenant) -> TenantUsage | None:
        """Return the usage that was put last; None before the first."""

    @abstractmethod
    async def put(self, tenant: Tenant, usage: TenantUsage, *, expected: int | None) -> bool:
        """Replace the usage whose version is `expected`, or create it with None;
        atomic, and durable on return.

        Returns: False when another came first, and then nothing was changed.
        """

    @abstractmethod
    async def with_reservations(self, *, before: datetime, limit: int) -> Sequence[Tenant]:
        """Up to `limit` tenants whose oldest reservation is held since before then."""
