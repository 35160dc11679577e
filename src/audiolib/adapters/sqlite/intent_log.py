"""IntentLog on SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.sqlite import documents
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.ports.intent_log import IntentLog


@attrs.frozen
class SqliteIntentLog(IntentLog):
    """A round's intents are found and fenced in one unit of work."""

    database: SqliteDatabase

    async def fence_expired(self, *, now: datetime, limit: int) -> int:
        def fence(connection: sqlite3.Connection) -> int:
            where = "state = 'pending' AND lease_until < ?"
            expired = documents.find(connection, where, [text_of(now)], limit)
            for asset in expired:
                documents.replace(connection, asset.aborted(now=now))
            return len(expired)

        return await self.database.write(fence)

    async def due_sweeps(self, *, now: datetime, limit: int) -> Sequence[AudioAsset]:
        where = "state = 'aborted' AND purge_at <= ? ORDER BY purge_at"
        return await self.database.read(
            lambda connection: documents.find(connection, where, [text_of(now)], limit)
        )

    async def mark_swept(self, asset: AudioAsset, *, again_at: datetime | None) -> None:
        def note(connection: sqlite3.Connection) -> None:
            found = documents.get(connection, asset.id)
            if found is None or found.state is not AssetState.ABORTED:
                return
            if again_at is None:
                connection.execute("DELETE FROM assets WHERE asset_id = ?", [str(asset.id)])
                return
            tombstone = found.attempt.tombstone
            tombstone = tombstone and attrs.evolve(tombstone, purge_at=again_at)
            documents.replace(connection, found.with_attempt(tombstone=tombstone))

        await self.database.write(note)
