"""Records in SQLite."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from audiolib.adapters.shared.record_collection import Record, RecordCollection
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of

_SELECT = "SELECT id, version, body FROM records WHERE collection = ?"
_INSERT = """INSERT OR IGNORE INTO records (version, due, body, collection, id)
             VALUES (?, ?, ?, ?, ?)"""
_UPDATE = """UPDATE records SET version = ?, due = ?, body = ?
             WHERE collection = ? AND id = ? AND version = ?"""


@attrs.frozen(kw_only=True)
class SqliteRecords(RecordCollection):
    """The rows of one collection; `due` names the field with a record's due time."""

    database: SqliteDatabase
    collection: str
    due: str = ""

    async def get(self, record_id: str) -> Record | None:
        found = await self._select("AND id = ?", record_id)
        return found[0] if found else None

    async def put_if_version(self, record: Record, expected: int | None) -> bool:
        due = record.body.get(self.due)
        body = json.dumps(dict(record.body), default=text_of, ensure_ascii=False)
        values = [record.version, due and text_of(due), body, self.collection, record.id]

        def write(connection: sqlite3.Connection) -> int:
            if expected is None:
                return connection.execute(_INSERT, values).rowcount
            return connection.execute(_UPDATE, [*values, expected]).rowcount

        return await self.database.write(write) > 0

    async def scan(self, *, after: str, limit: int) -> Sequence[Record]:
        return await self._select("AND id > ? ORDER BY id LIMIT ?", after, limit)

    async def scan_due(self, *, before: datetime, limit: int) -> Sequence[Record]:
        return await self._select("AND due < ? LIMIT ?", text_of(before), limit)

    async def _select(self, where: str, *parameters: Any) -> list[Record]:
        rows = await self.database.read(
            lambda c: c.execute(f"{_SELECT} {where}", [self.collection, *parameters]).fetchall()
        )
        return [Record(id=row[0], version=row[1], body=json.loads(row[2])) for row in rows]
