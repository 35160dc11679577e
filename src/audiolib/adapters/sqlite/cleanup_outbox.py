"""CleanupOutbox on SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.sqlite import documents
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import CleanupResult, CleanupTask
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.cleanup_outbox import CleanupOutbox

_DUE = "cleanup_state = 'due' AND cleanup_due <= ? ORDER BY cleanup_due"
_EXPIRED = "cleanup_state = 'leased' AND cleanup_lease < ?"


@attrs.frozen
class SqliteCleanupOutbox(CleanupOutbox):
    """A claim finds and leases in one unit of work, and asks first whether there is any."""

    database: SqliteDatabase

    async def claim(
        self, *, now: datetime, lease_until: datetime, limit: int
    ) -> Sequence[CleanupTask]:
        def claim(connection: sqlite3.Connection) -> list[CleanupTask]:
            found = documents.find(connection, _DUE, [text_of(now)], limit)
            found += documents.find(connection, _EXPIRED, [text_of(now)], limit - len(found))
            return [_lease(connection, asset, lease_until) for asset in found]

        def any_open(connection: sqlite3.Connection) -> bool:
            return any(
                documents.find(connection, where, [text_of(now)], 1) for where in (_DUE, _EXPIRED)
            )

        # An idle worker then never waits for the disk.
        if not await self.database.read(any_open):
            return []
        return await self.database.write(claim)

    async def settle(self, results: Sequence[CleanupResult]) -> int:
        def settle(connection: sqlite3.Connection) -> int:
            return sum(_settle(connection, result) for result in results)

        return await self.database.write(settle)

    async def retry(self, asset_id: AssetId, *, now: datetime) -> bool:
        def retry(connection: sqlite3.Connection) -> bool:
            asset = documents.get(connection, asset_id)
            revived = asset and asset.revived(now)
            if revived is not None:
                documents.replace(connection, revived)
            return revived is not None

        return await self.database.write(retry)


def _lease(connection: sqlite3.Connection, asset: AudioAsset, until: datetime) -> CleanupTask:
    leased = attrs.evolve(asset, cleanup=asset.cleanup.leased(until))
    documents.replace(connection, leased)
    return leased.cleanup_task


def _settle(connection: sqlite3.Connection, result: CleanupResult) -> bool:
    asset = documents.get(connection, result.task.asset_id)
    settled = asset and asset.after(result)
    if settled is None:
        return False
    documents.replace(connection, settled)
    return True
