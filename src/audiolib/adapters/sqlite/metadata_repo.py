"""MetadataRepo on SQLite."""

import sqlite3
from datetime import datetime

import attrs

from audiolib.adapters.sqlite import documents
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo

_PROBE = "INSERT INTO records (collection, id, version, body) VALUES ('probes', 'probe', 1, ?)"


@attrs.frozen
class SqliteMetadataRepo(MetadataRepo):
    """Each call is one unit of work in a grouped transaction."""

    database: SqliteDatabase

    async def begin(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
        return await self.database.write(lambda connection: _begin(connection, tenant, intent))

    async def renew_lease(
        self, tenant: Tenant, asset_id: AssetId, *, fence: str, until: datetime
    ) -> bool:
        return await self.database.write(
            lambda connection: documents.renew_lease(connection, tenant, asset_id, fence, until)
        )

    async def commit(self, tenant: Tenant, ready: AudioAsset) -> bool:
        found = await self.database.write(lambda connection: _settle(connection, tenant, ready))
        return found is not None and found.is_commit_of(ready)

    async def abort(self, tenant: Tenant, aborted: AudioAsset) -> bool:
        found = await self.database.write(lambda connection: _settle(connection, tenant, aborted))
        return found is not None and found.is_abort_of(aborted)

    async def insert(self, tenant: Tenant, asset: AudioAsset) -> bool:
        there = await self.begin(tenant, asset)
        return there.is_same_write(asset)

    async def release(self, tenant: Tenant, asset: AudioAsset) -> bool:
        found = await self.database.write(
            lambda connection: _settle(connection, tenant, asset, AssetState.QUARANTINED)
        )
        return found is not None and found.is_same_write(asset)

    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset | None:
        asset = await self.database.read(lambda connection: documents.get(connection, asset_id))
        return asset if asset is not None and asset.tenant == tenant else None

    async def page(self, tenant: Tenant, request: PageRequest) -> Page:
        where = "customer_id = ? AND user_id = ? AND state = 'ready'"
        parameters: list[object] = [tenant.customer_id, tenant.user_id]
        if request.after is not None:
            where += " AND (created_at, asset_id) < (?, ?)"
            parameters += [text_of(request.after.created_at), str(request.after.asset_id)]
        where += " ORDER BY created_at DESC, asset_id DESC"
        most, columns = request.limit + 1, documents.LISTED
        found = await self.database.read(
            lambda c: documents.find(c, where, parameters, most, columns)
        )
        return Page.cut(found, request.limit)

    async def check(self) -> None:
        await self.database.read(lambda connection: connection.execute("SELECT 1 FROM assets"))

    async def check_writes(self) -> None:
        def write_and_remove(connection: sqlite3.Connection) -> None:
            connection.execute(_PROBE, [" " * 4096])
            connection.execute("DELETE FROM records WHERE collection = 'probes'")

        await self.database.write(write_and_remove)


def _begin(connection: sqlite3.Connection, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
    if documents.insert(connection, intent):
        return intent
    earlier = documents.get(connection, intent.id)
    if earlier is not None:
        return earlier
    holders = documents.find(
        connection,
        "customer_id = ? AND user_id = ? AND idempotency_key = ?",
        [tenant.customer_id, tenant.user_id, intent.attempt.idempotency_key],
    )
    if not holders:
        raise MetadataUnavailableError("the document that holds the idempotency key is unreadable")
    return holders[0]


def _settle(
    connection: sqlite3.Connection,
    tenant: Tenant,
    asset: AudioAsset,
    state: AssetState = AssetState.PENDING,
) -> AudioAsset | None:
    """Replace the asset if it is in that state, and return what is stored afterwards."""
    if asset.tenant == tenant and documents.replace_held(connection, asset, state):
        return asset
    found = documents.get(connection, asset.id)
    return found if found is not None and found.tenant == tenant else None
