"""Port: the promises to delete temp files, across all tenants."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audiolib.domain.model.cleanup import CleanupResult, CleanupTask
from audiolib.domain.model.identifiers import AssetId


class CleanupOutbox(Protocol):
    """Hands out promises under leases. Raises MetadataUnavailableError.

    A promise is made by the commit that writes its asset, in the same write.
    Every adapter passes `audiolib.testing.contracts.CleanupOutboxContract`.
    """

    @abstractmethod
    async def claim(
        self, *, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[CleanupTask]:
        """Lease up to `limit` promises that are due at `now` or whose lease ended before it.

        No promise is leased to two claimants at once, however many ask at the same time.
        """

    @abstractmethod
    async def settle(self, results: Sequence[CleanupResult]) -> int:
        """Write down how attempts ended; durable on return.

        A result whose lease has since gone to another claimant is void.

        Returns: how many were written.
        """

    @abstractmethod
    async def retry(self, asset_id: AssetId, *, now: datetime) -> bool:
        """Make a dead promise due at `now`, as if it had just been made.

        Returns: whether it was dead.
        """
