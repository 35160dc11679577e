"""CleanupOutbox on MongoDB."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs
from pymongo import ASCENDING, UpdateOne

from audiolib.adapters.mongo.assets import Filter, MongoAssets
from audiolib.adapters.mongo.errors import translated
from audiolib.domain.model.cleanup import CleanupResult, CleanupTask
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
        tasks = await self._lease(due, lease_until, limit)
        return tasks + await self._lease(expired, lease_until, limit - len(tasks))

    async def _lease(self, where: Filter, until: datetime, limit: int) -> list[CleanupTask]:
        ids = await self.assets.ids(where, limit) if limit else []
        if not ids:
            return []
        token = self.new_token()
        leased = {"cleanup.state": "leased", "cleanup.lease_until": until, "cleanup.claim": token}
        with translated():
            await self.assets.collection.update_many(
                where | {"_id": {"$in": ids}}, {"$set": leased, "$inc": {"cleanup.attempts": 1}}
            )
        found = await self.assets.find(
            {"_id": {"$in": ids}, "cleanup.claim": token}, sort=[("_id", ASCENDING)], limit=limit
        )
        return [asset.cleanup_task for asset in found]

    async def settle(self, results: Sequence[CleanupResult]) -> int:
        with translated():
            answer = await self.assets.collection.bulk_write(
                [_settled(result) for result in results], ordered=False
            )
        return int(answer.matched_count)


def _settled(result: CleanupResult) -> UpdateOne:
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
