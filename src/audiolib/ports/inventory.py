"""Port: all documents of all tenants; the operator's view."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant


class Inventory(Protocol):
    """Reads, and changes nothing. Raises MetadataUnavailableError.

    Every listing goes on after the last one that an earlier call gave, and is at its end when
    it gives nothing. Every adapter passes `audiolib.testing.contracts.InventoryContract`.
    """

    @abstractmethod
    async def tenants(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        """Those who have documents, ascending by customer, then user."""

    @abstractmethod
    async def assets(
        self, tenant: Tenant, *, after: str, limit: int
    ) -> Sequence[AudioAsset | Unreadable]:
        """A tenant's documents in whatever state, ascending by asset id; `after` is one, or ""."""

    @abstractmethod
    async def in_state(self, state: AssetState, *, after: str, limit: int) -> Sequence[AudioAsset]:
        """Every tenant's assets in a state, ascending by id."""

    @abstractmethod
    async def with_cleanup(
        self, state: CleanupState, *, after: str, limit: int
    ) -> Sequence[AudioAsset]:
        """Every tenant's assets whose promised cleanup is in a state, ascending by id."""

    @abstractmethod
    async def find(self, asset_id: AssetId) -> AudioAsset | Unreadable | None:
        """The asset of any tenant, in whatever state; different from None where its document can't
        be read."""
