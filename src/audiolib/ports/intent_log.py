"""Port: the intents that no save finished; the recoverer's view across all tenants."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audiolib.domain.model.asset import AudioAsset


class IntentLog(Protocol):
    """Finds and ends what crashed saves left. Raises MetadataUnavailableError.

    Every adapter passes `audiolib.testing.contracts.IntentLogContract`.
    """

    @abstractmethod
    async def fence_expired(self, *, now: datetime, limit: int) -> int:
        """Abort up to `limit` pending assets whose lease ended before `now`, each atomically and
        only if still pending under the fence that was seen; their sweep is due at once.

        Returns: how many were aborted.
        """

    @abstractmethod
    async def due_sweeps(self, *, now: datetime, limit: int) -> Sequence[AudioAsset]:
        """Up to `limit` aborted assets whose sweep is due at `now`, the longest due first."""

    @abstractmethod
    async def mark_swept(self, asset: AudioAsset, *, again_at: datetime | None) -> None:
        """Note that an aborted asset's prefix was swept: sweep again at `again_at`, or, with None,
        forget the asset. Idempotent; does nothing to an asset that is not aborted.
        """
