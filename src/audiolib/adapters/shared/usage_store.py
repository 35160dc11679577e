"""UsageStore over any backend's records."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.shared.record_collection import Record, RecordCollection
from audiolib.domain.documents.usage_document import usage_from_document, usage_to_document
from audiolib.domain.model.quota import TenantUsage
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.usage_store import UsageStore


@attrs.frozen
class RecordUsageStore(UsageStore):
    """One record a tenant; it is due at its oldest reservation."""

    records: RecordCollection

    async def get(self, tenant: Tenant) -> TenantUsage | None:
        found = await self.records.get(str(tenant))
        return None if found is None else usage_from_document(found.version, found.body)

    async def put(self, tenant: Tenant, usage: TenantUsage, *, expected: int | None) -> bool:
        body = usage_to_document(tenant, usage)
        record = Record(id=str(tenant), version=usage.version, body=body)
        return await self.records.put_if_version(record, expected)

    async def with_reservations(self, *, before: datetime, limit: int) -> Sequence[Tenant]:
        due = await self.records.scan_due(before=before, limit=limit)
        return [
            Tenant(customer_id=record.body["customer_id"], user_id=record.body["user_id"])
            for record in due
        ]
