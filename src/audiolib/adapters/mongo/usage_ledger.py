"""Tallies in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from pymongo.errors import DuplicateKeyError

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.documents.usage_document import read_tally, tally_document
from audiolib.domain.model.quota import TenantUsage
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.usage_ledger import UsageStore


@attrs.frozen
class MongoUsageStore(UsageStore):
    """The collection `usage`: one document per tenant."""

    assets: MongoAssets

    @property
    def _tallies(self) -> Any:
        return self.assets.beside("usage")

    async def get(self, tenant: Tenant) -> TenantUsage | None:
        with translate_errors():
            found = await self._tallies.find_one({"_id": str(tenant)})
        return None if found is None else read_tally(found)

    async def put(self, tenant: Tenant, tally: TenantUsage, *, expected: int | None) -> bool:
        whose = {"customer_id": tenant.customer_id, "user_id": tenant.user_id}
        document = {"_id": str(tenant)} | whose | tally_document(tally)
        with translate_errors():
            if expected is None:
                try:
                    await self._tallies.insert_one(document)
                except DuplicateKeyError:
                    return False
                return True
            same = {"_id": str(tenant), "version": expected}
            answer = await self._tallies.replace_one(same, document)
        return bool(answer.matched_count)

    async def with_reservations(self, *, before: datetime, limit: int) -> Sequence[Tenant]:
        with translate_errors():
            found = (
                await self._tallies.find({"oldest": {"$lt": before}}).limit(limit).to_list(limit)
            )
        return [Tenant(customer_id=each["customer_id"], user_id=each["user_id"]) for each in found]
