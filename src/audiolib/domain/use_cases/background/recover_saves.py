"""RecoverSaves: ends what crashed saves left behind."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import NotFoundError, UnavailableError
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.object_store import ObjectStore

SWEEP_AFTER = (timedelta(minutes=2), timedelta(minutes=20), timedelta(days=7))


@attrs.frozen(kw_only=True)
class Recovered:
    """What one round did: intents fenced, prefixes swept, tombstones forgotten, sweeps failed."""

    fenced: int = 0
    swept: int = 0
    forgotten: int = 0
    failed: int = 0


@attrs.frozen(kw_only=True)
class RecoverSaves:
    """Fences expired intents, then removes their objects; never removes before it has fenced.

    A prefix is swept again after each of `sweep_after`, for writes that arrive late: those that
    were under way, those that a signed request could still begin, and the rest. Then its tombstone
    is forgotten. Several processes may run it at once.
    """

    intents: IntentLog
    store: ObjectStore
    now: Callable[[], datetime]
    sweep_after: Sequence[timedelta] = SWEEP_AFTER
    batch: int = 100
    retry_after: timedelta = timedelta(seconds=1)
    patience: timedelta = timedelta(seconds=5)

    async def __call__(self) -> Recovered:
        """One round. Raises: MetadataUnavailableError."""
        now = self.now()
        fenced = await self.intents.fence_expired(now=now, limit=self.batch)
        swept = forgotten = failed = 0
        for asset in await self.intents.due_sweeps(now=now, limit=self.batch):
            began = self.now()
            try:
                await self.store.sweep(asset.key_prefix)
            except (UnavailableError, NotFoundError):
                failed += 1
                # Others come before it in the next round.
                await self.intents.mark_swept(asset, again_at=now + self.retry_after)
                if self.now() - began > self.patience:
                    break  # a store that hangs would keep each of them waiting as long
                continue
            again_at = self._again_at(asset, now)
            await self.intents.mark_swept(asset, again_at=again_at)
            swept += 1
            forgotten += again_at is None
        return Recovered(fenced=fenced, swept=swept, forgotten=forgotten, failed=failed)

    def _again_at(self, asset: AudioAsset, now: datetime) -> datetime | None:
        """Return when the next sweep is due, of those that are still to come."""
        tombstone = asset.attempt.tombstone
        if tombstone is None:
            return None
        due = (tombstone.since + after for after in self.sweep_after)
        return next((at for at in due if at > now), None)
