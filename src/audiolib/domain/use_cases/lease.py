"""A running save's claim on its own intent."""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import LeaseLostError
from audiolib.ports.metadata_repo import MetadataRepo


@attrs.define(kw_only=True)
class Lease:
    """Renewed as the copy makes progress: one that stands still runs out."""

    repo: MetadataRepo
    intent: AudioAsset
    now: Callable[[], datetime]
    term: timedelta
    renewed_at: datetime

    async def keep(self) -> None:
        """Renew after a sixth of the term. Raises: LeaseLostError when the save was called off."""
        now = self.now()
        if now - self.renewed_at < self.term / 6:
            return
        still_ours = await self.repo.renew_lease(
            self.intent.tenant, self.intent.id, fence=self.intent.fence, until=now + self.term
        )
        if not still_ours:
            raise LeaseLostError
        self.renewed_at = now
