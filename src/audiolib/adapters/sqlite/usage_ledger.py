"""Tallies in SQLite."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.documents.usage_document import read_tally, tally_document
from audiolib.domain.model.quota import TenantUsage
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.usage_ledger import UsageStore

_GET = "SELECT tally FROM usage WHERE customer_id = ? AND user_id = ?"
_INSERT = "INSERT OR IGNORE INTO usage (tally, customer_id, user_id) VALUES (?, ?, ?)"
_UPDATE = "UPDATE usage SET tally = ? WHERE customer_id = ? AND user_id = ? AND version = ?"
_STALE = "SELECT customer_id, user_id FROM usage WHERE oldest < ? LIMIT ?"


@attrs.frozen
class SqliteUsageStore(UsageStore):
    """One row a tenant."""

    database: SqliteDatabase

    async def get(self, tenant: Tenant) -> TenantUsage | None:
        whose = [tenant.customer_id, tenant.user_id]
        row = await self.database.read(lambda c: c.execute(_GET, whose).fetchone())
        return row and read_tally(json.loads(row[0]))

    async def put(self, tenant: Tenant, tally: TenantUsage, *, expected: int | None) -> bool:
        text = json.dumps(tally_document(tally), default=text_of)
        values = [text, tenant.customer_id, tenant.user_id]

        def write(connection: sqlite3.Connection) -> int:
            if expected is None:
                return connection.execute(_INSERT, values).rowcount
            return connection.execute(_UPDATE, [*values, expected]).rowcount

        return await self.database.write(write) > 0

    async def with_reservations(self, *, before: datetime, limit: int) -> Sequence[Tenant]:
        rows = await self.database.read(
            lambda c: c.execute(_STALE, [text_of(before), limit]).fetchall()
        )
        return [Tenant(customer_id=customer_id, user_id=user_id) for customer_id, user_id in rows]
