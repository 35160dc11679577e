"""Inventory on SQLite."""

from collections.abc import Sequence

import attrs

from audiolib.adapters.sqlite import documents
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.domain.documents.schema_upgrade import decode_or_unreadable
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.inventory import Inventory

_TENANTS = """SELECT DISTINCT customer_id, user_id FROM assets
              WHERE (customer_id, user_id) > (?, ?) ORDER BY customer_id, user_id LIMIT ?"""


@attrs.frozen
class SqliteInventory(Inventory):
    """Each listing is one read."""

    database: SqliteDatabase

    async def tenants(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        start = ("", "") if after is None else (after.customer_id, after.user_id)
        rows = await self.database.read(lambda c: c.execute(_TENANTS, [*start, limit]).fetchall())
        return [Tenant(customer_id=customer_id, user_id=user_id) for customer_id, user_id in rows]

    async def assets(
        self, tenant: Tenant, *, after: str, limit: int
    ) -> Sequence[AudioAsset | Unreadable]:
        where = "customer_id = ? AND user_id = ? AND asset_id > ? ORDER BY asset_id LIMIT ?"
        parameters = [tenant.customer_id, tenant.user_id, after, limit]
        found = await self.database.read(lambda c: list(documents.rows(c, where, parameters)))
        return [decode_or_unreadable(document) for document in found]

    async def in_state(self, state: AssetState, *, after: str, limit: int) -> Sequence[AudioAsset]:
        return await self._select_sorted(f"state = '{state.value}'", after, limit)

    async def with_cleanup(
        self, state: CleanupState, *, after: str, limit: int
    ) -> Sequence[AudioAsset]:
        return await self._select_sorted(f"cleanup_state = '{state.value}'", after, limit)

    async def find(self, asset_id: AssetId) -> AudioAsset | Unreadable | None:
        found = await self.database.read(
            lambda c: list(documents.rows(c, "asset_id = ?", [str(asset_id)]))
        )
        return decode_or_unreadable(found[0]) if found else None

    async def _select_sorted(self, where: str, after: str, limit: int) -> list[AudioAsset]:
        where += " AND asset_id > ? ORDER BY asset_id"
        return await self.database.read(lambda c: documents.find(c, where, [after], limit))
