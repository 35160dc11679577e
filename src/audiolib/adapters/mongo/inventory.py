"""Inventory on MongoDB."""

from collections.abc import Sequence

import attrs
from pymongo import ASCENDING

from audiolib.adapters.mongo.assets import Filter, MongoAssets
from audiolib.domain.documents.schema_upgrade import decode_or_unreadable
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.inventory import Inventory

_BY_TENANT = [("customer_id", ASCENDING), ("user_id", ASCENDING)]


@attrs.frozen
class MongoInventory(Inventory):
    """Tenants are found by skipping from one to the next in the index, never by a scan."""

    collection: MongoAssets

    async def tenants(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        found = list[Tenant]()
        place = ("", "") if after is None else (after.customer_id, after.user_id)
        while len(found) < limit:
            documents = await self.collection.documents(_beyond(*place), sort=_BY_TENANT, limit=1)
            if not documents:
                break
            place = (documents[0]["customer_id"], documents[0]["user_id"])
            try:
                found.append(Tenant(customer_id=place[0], user_id=place[1]))
            except InvalidRequestError:
                continue  # another program's, which the survey names
        return found

    async def assets(
        self, tenant: Tenant, *, after: str, limit: int
    ) -> Sequence[AudioAsset | Unreadable]:
        theirs = {
            "customer_id": tenant.customer_id,
            "user_id": tenant.user_id,
            "_id": {"$gt": after},
        }
        found = await self.collection.documents(theirs, sort=[("_id", ASCENDING)], limit=limit)
        return [decode_or_unreadable(document) for document in found]

    async def in_state(self, state: AssetState, *, after: str, limit: int) -> Sequence[AudioAsset]:
        return await self.collection.ascending({"state": state.value}, after, limit)

    async def with_cleanup(
        self, state: CleanupState, *, after: str, limit: int
    ) -> Sequence[AudioAsset]:
        return await self.collection.ascending({"cleanup.state": state.value}, after, limit)

    async def find(self, asset_id: AssetId) -> AudioAsset | Unreadable | None:
        found = await self.collection.documents(
            {"_id": str(asset_id)}, sort=[("_id", ASCENDING)], limit=1
        )
        return decode_or_unreadable(found[0]) if found else None


def _beyond(customer_id: str, user_id: str) -> Filter:
    return {
        "$or": [
            {"customer_id": customer_id, "user_id": {"$gt": user_id}},
            # Only among strings does one come after the other.
            {"customer_id": {"$gt": customer_id}, "user_id": {"$gte": ""}},
        ]
    }
