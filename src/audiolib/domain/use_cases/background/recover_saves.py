"""RecoverSaves: ends what crashed saves left behind."""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import NotFoundError, UnavailableError
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.object_store import ObjectStore


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

    A prefix is swept once more when its tombstone's time is over, for a write that arrived late.
    Several processes may run it at once.
    """

    intents: IntentLog
    store: ObjectStore
    now: Callable[[], datetime]
    tombstone: timedelta = timedelta(days=7)
    batch: int = 100
    patience: timedelta = timedelta(seconds=1)

    async def __call__(self) -> Recovered:
        """One round. Raises: MetadataUnavailableError."""
        now = self.now()
        fenced = await self.intents.fence_expired(now=now, limit=self.batch)
        swept = forgotten = failed = 0
        for asset in await self.intents.due_sweeps(now=now, limit=self.batch):
            try:
                await self.store.sweep(asset.key_prefix)
            except (UnavailableError, NotFoundError):
                failed += 1
                # Those that come after it are not to wait for it.
                await self.intents.mark_swept(asset, again_at=now + self.patience)
                continue
            again_at = self._again_at(asset)
            await self.intents.mark_swept(asset, again_at=again_at)
            swept += 1
            forgotten += again_at is None
        return Recovered(fenced=fenced, swept=swept, forgotten=forgotten, failed=failed)

    def _again_at(self, asset: AudioAsset) -> datetime | None:
        tombstone = asset.attempt.tombstone
        if tombstone is None:
            return None
        end = tombstone.since + self.tombstone
        return None if tombstone.purge_at >= end else end
