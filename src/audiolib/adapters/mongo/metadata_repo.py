"""MetadataRepo on MongoDB."""

from datetime import datetime
from typing import Any

import attrs
from pymongo import DESCENDING, InsertOne, ReplaceOne, UpdateOne

from audiolib.adapters.mongo.assets import Done, Duplicate, Filter, MongoAssets, readable
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.documents.asset_document import to_document
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo

_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]
# Block checksums grow with the audio, and only a read of its bytes needs them.
_LISTED = {"block_crc32": 0}
_TRIES = 5


@attrs.frozen
class MongoMetadataRepo(MetadataRepo):
    """Each write changes one document under a filter on its state and fence."""

    assets: MongoAssets

    async def begin(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
        for _ in range(_TRIES):
            outcome = await self.assets.write(InsertOne(to_document(intent)))
            if not isinstance(outcome, Duplicate):
                return intent
            holder = await self._holder(tenant, intent)
            if holder is not None:
                return holder
            # Whoever held the key gave it up between the two calls.
        raise MetadataUnavailableError("the idempotency key changes hands too often")

    async def _holder(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset | None:
        ours = await self.get(tenant, intent.id)
        if ours is not None and ours.attempt.fence == intent.attempt.fence:
            return ours
        return await self.assets.find_one(
            _of(tenant) | {"idempotency.key": intent.attempt.idempotency_key}
        )

    async def renew_lease(
        self, tenant: Tenant, asset_id: AssetId, *, fence: str, until: datetime
    ) -> bool:
        pending = _own_intent(tenant, asset_id, fence, "pending")
        outcome = await self.assets.write(UpdateOne(pending, {"$set": {"lease_until": until}}))
        if isinstance(outcome, Done):
            return True
        return await self.assets.find_one(pending | {"lease_until": until}) is not None

    async def commit(self, tenant: Tenant, ready: AudioAsset) -> bool:
        found = await self._settle(tenant, ready)
        return found is not None and found.is_commit_of(ready)

    async def abort(self, tenant: Tenant, aborted: AudioAsset) -> bool:
        found = await self._settle(tenant, aborted)
        return found is not None and found.is_abort_of(aborted)

    async def insert(self, tenant: Tenant, asset: AudioAsset) -> bool:
        outcome = await self.assets.write(InsertOne(to_document(asset)))
        if not isinstance(outcome, Duplicate):
            return True
        # Of whomever it is, and whether we can read it or not.
        same = {"fence": asset.attempt.fence, "state": asset.state.value}
        ours = _of(tenant) | {"_id": str(asset.id)} | same
        return bool(await self.assets.ids(ours, 1))

    async def release(self, tenant: Tenant, asset: AudioAsset) -> bool:
        found = await self._settle(tenant, asset, "quarantined")
        return found is not None and found.is_same_write(asset)

    async def _settle(
        self, tenant: Tenant, asset: AudioAsset, state: str = "pending"
    ) -> AudioAsset | None:
        """Replace the asset if it is in that state, and return what is stored afterwards."""
        held = _own_intent(tenant, asset.id, asset.attempt.fence, state)
        outcome = await self.assets.write(ReplaceOne(held, to_document(asset)))
        return asset if isinstance(outcome, Done) else await self.get(tenant, asset.id)

    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset | None:
        return await self.assets.find_one(_of(tenant) | {"_id": str(asset_id)})

    async def page(self, tenant: Tenant, request: PageRequest) -> Page:
        # Documents by other programs have no state and count as ready.
        where = _of(tenant) | {"state": {"$in": ["ready", None]}}
        after = request.after
        place: tuple[Any, Any] | None = (
            None if after is None else (after.created_at, str(after.asset_id))
        )
        found = list[AudioAsset]()
        while (missing := request.limit + 1 - len(found)) > 0:
            documents = await self.assets.documents(
                where | _below(place), sort=_NEWEST_FIRST, limit=missing, projection=_LISTED
            )
            found += readable(documents)
            if len(documents) < missing:
                break
            place = (documents[-1].get("created_at"), documents[-1]["_id"])
        return Page.cut(found, request.limit)

    async def check(self) -> None:
        with translate_errors():
            await self.assets.collection.find_one({"_id": ""})


def _of(tenant: Tenant) -> Filter:
    return {"customer_id": tenant.customer_id, "user_id": tenant.user_id}


def _below(place: tuple[Any, Any] | None) -> Filter:
    if place is None:
        return {}
    created_at, asset_id = place
    return {
        "$or": [
            {"created_at": {"$lt": created_at}},
            {"created_at": created_at, "_id": {"$lt": asset_id}},
        ]
    }


def _own_intent(tenant: Tenant, asset_id: AssetId, fence: str, state: str) -> Filter:
    return _of(tenant) | {"_id": str(asset_id), "state": state, "fence": fence}
