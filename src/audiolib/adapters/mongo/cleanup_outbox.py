"""CleanupOutbox on MongoDB."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs
from pymongo import ASCENDING, UpdateOne

from audiolib.adapters.mongo.assets import Filter, MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.model.cleanup import CleanupResult, CleanupTask
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.cleanup_outbox import CleanupOutbox


@attrs.frozen
class MongoCleanupOutbox(CleanupOutbox):
    """A claim marks what it takes with a token of its own, and reads back what bears it."""

    assets: MongoAssets
    new_token: Callable[[], str]

    async def claim(
        self, *, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[CleanupTask]:
        due = {"cleanup.state": "due", "cleanup.next_attempt_at": {"$lte": now}}
        expired = {"cleanup.state": "leased", "cleanup.lease_until": {"$lt": now}}
        # Both are looked up before either is leased, so that nothing is leased twice over.
        ids_due = await self.assets.ids(due, limit)
        left = limit - len(ids_due)
        ids_expired = await self.assets.ids(expired, left) if left else []
        token = self.new_token()
        await self._lease(due, ids_due, lease_until, token)
        await self._lease(expired, ids_expired, lease_until, token)
        ids = ids_due + ids_expired
        return await self._lease_filter(ids, token) if ids else []

    async def _lease(self, where: Filter, ids: list[str], until: datetime, token: str) -> None:
        if not ids:
            return
        leased = {"cleanup.state": "leased", "cleanup.lease_until": until, "cleanup.claim": token}
        with translate_errors():
            await self.assets.collection.update_many(
                where | {"_id": {"$in": ids}}, {"$set": leased, "$inc": {"cleanup.attempts": 1}}
            )

    async def _lease_filter(self, ids: list[str], token: str) -> list[CleanupTask]:
        bearing = {"_id": {"$in": ids}, "cleanup.claim": token}
        found = await self.assets.find(bearing, sort=[("_id", ASCENDING)], limit=len(ids))
        return [asset.cleanup_task for asset in found]

    async def settle(self, results: Sequence[CleanupResult]) -> int:
        if not results:
            return 0
        with translate_errors():
            answer = await self.assets.collection.bulk_write(
                [_settle_update(result) for result in results], ordered=False
            )
        return int(answer.matched_count)

    async def retry(self, asset_id: AssetId, *, now: datetime) -> bool:
        dead = {"_id": str(asset_id), "cleanup.state": "dead"}
        due = {"cleanup.state": "due", "cleanup.since": now, "cleanup.next_attempt_at": now}
        with translate_errors():
            answer = await self.assets.collection.update_one(dead, {"$set": due})
        return bool(answer.matched_count)


def _settle_update(result: CleanupResult) -> UpdateOne:
    held = {
        "_id": str(result.task.asset_id),
        "cleanup.state": "leased",
        "cleanup.attempts": result.task.attempt,
    }
    outcome = {
        "cleanup.state": result.state.value,
        "cleanup.next_attempt_at": result.next_attempt_at,
        "cleanup.lease_until": None,
        "cleanup.last_error": result.error,
    }
    return UpdateOne(held, {"$set": outcome, "$unset": {"cleanup.claim": 1}})
