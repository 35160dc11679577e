"""MetadataRepo on MongoDB."""

import asyncio
from datetime import datetime
from typing import Any

import attrs
from pymongo import DESCENDING, InsertOne, ReplaceOne, UpdateOne

from audiolib.adapters.mongo.assets import Done, Duplicate, Filter, MongoAssets, readable
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.documents.asset_document import to_document
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId, ObjectKeyPrefix
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo

_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]
# Block checksums grow with the audio, and only a read of its bytes needs them.
_LISTED = {"block_crc32": 0}
_WAITS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
"""Seconds between tries, in all as long as a majority lags behind at the most."""


@attrs.frozen
class MongoMetadataRepo(MetadataRepo):
    """Each write changes one document under a filter on its state and fence."""

    assets: MongoAssets

    async def begin(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
        for wait in _WAITS:
            outcome = await self.assets.write(InsertOne(to_document(intent)))
            if not isinstance(outcome, Duplicate):
                return intent
            holder = await self._find_holder(tenant, intent)
            if holder is not None:
                return holder
            # The key was given up between the two calls, or a majority has not yet confirmed who
            # holds it. It is never taken as free: only an insert decides that.
            await asyncio.sleep(wait)
        raise MetadataUnavailableError("MongoDB has not confirmed who holds the idempotency key")

    async def _find_holder(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset | None:
        holder = await self.assets.find_one(
            _of(tenant) | {"idempotency.key": intent.attempt.idempotency_key}
        )
        if holder is None or holder.id == intent.id:
            # A repeated call may find its own intent, aborted and without its key by now.
            ours = await self.assets.find_latest(intent.id)
            if ours is not None and ours.attempt.fence == intent.attempt.fence:
                return ours
        return holder

    async def renew_lease(
        self, tenant: Tenant, asset_id: AssetId, *, fence: str, until: datetime
    ) -> bool:
        pending = _pending(ObjectKeyPrefix(tenant=tenant, asset_id=asset_id), fence)
        outcome = await self.assets.write(UpdateOne(pending, {"$set": {"lease_until": until}}))
        if isinstance(outcome, Done):
            return True
        found = await self.assets.find_latest(asset_id)
        return (
            found is not None
            and found.tenant == tenant
            and found.is_held(AssetState.PENDING, fence)
            and found.attempt.lease_until == until
        )

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
        found = await self.assets.find_latest_document(asset.id) or {}
        ours = _held(asset, asset.state)
        return all(found.get(name) == value for name, value in ours.items())

    async def release(self, tenant: Tenant, asset: AudioAsset) -> bool:
        found = await self._replace(tenant, asset, _held(asset, AssetState.QUARANTINED))
        return found is not None and found.is_same_write(asset)

    async def _settle(self, tenant: Tenant, asset: AudioAsset) -> AudioAsset | None:
        """Replace the pending asset, and return what is stored afterwards."""
        return await self._replace(tenant, asset, _pending(asset.key_prefix, asset.attempt.fence))

    async def _replace(self, tenant: Tenant, asset: AudioAsset, where: Filter) -> AudioAsset | None:
        if asset.tenant == tenant:
            outcome = await self.assets.write(ReplaceOne(where, to_document(asset)))
            if isinstance(outcome, Done):
                return asset
        found = await self.assets.find_latest(asset.id)
        return found if found is not None and found.tenant == tenant else None

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

    async def check_writes(self) -> None:
        probes = self.assets.beside("probes")
        with translate_errors():
            probe = await probes.insert_one({})
            await probes.delete_one({"_id": probe.inserted_id})


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


def _pending(prefix: ObjectKeyPrefix, fence: str) -> Filter:
    """A point lookup by id; the key prefix says whose asset it is, and leads to no other index."""
    where = {"_id": str(prefix.asset_id), "storage.key": str(prefix)}
    return where | {"fence": fence, "state": AssetState.PENDING.value}


def _held(asset: AudioAsset, state: AssetState) -> Filter:
    where = {"_id": str(asset.id), "fence": asset.attempt.fence, "state": state.value}
    return _of(asset.tenant) | where
