"""IntentLog on MongoDB."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from pymongo import ASCENDING

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.model.asset import AudioAsset
from audiolib.ports.intent_log import IntentLog


@attrs.frozen
class MongoIntentLog(IntentLog):
    """The filter is asked again of each document as it is changed, so a commit that came
    between the two is left alone."""

    assets: MongoAssets

    async def fence_expired(self, *, now: datetime, limit: int) -> int:
        expired = {"state": "pending", "lease_until": {"$lt": now}}
        ids = await self.assets.ids(expired, limit)
        if not ids:
            return 0
        with translate_errors():
            answer = await self.assets.collection.update_many(
                expired | {"_id": {"$in": ids}},
                {
                    "$set": {
                        "state": "aborted",
                        "metadata.custom.status": "aborted",
                        "lease_until": None,
                        "tombstone": {"since": now, "purge_at": now},
                        "updated_at": now,
                    },
                    "$unset": {"idempotency.key": 1},
                },
            )
        return int(answer.modified_count)

    async def due_sweeps(self, *, now: datetime, limit: int) -> Sequence[AudioAsset]:
        return await self.assets.find(
            {"state": "aborted", "tombstone.purge_at": {"$lte": now}},
            sort=[("tombstone.purge_at", ASCENDING)],
            limit=limit,
        )

    async def mark_swept(self, asset: AudioAsset, *, again_at: datetime | None) -> None:
        aborted = {"_id": str(asset.id), "state": "aborted"}
        collection = self.assets.collection
        with translate_errors():
            if again_at is None:
                await collection.delete_one(aborted)
            else:
                await collection.update_one(aborted, {"$set": {"tombstone.purge_at": again_at}})
