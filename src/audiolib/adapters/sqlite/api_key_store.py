"""API keys in SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.errors import ConflictError
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.api_key_store import ApiKeyStore

_COLUMNS = "id, customer_id, user_id, scope, digest, label, created_at, expires_at, revoked_at"
_SELECT = f"SELECT {_COLUMNS} FROM api_keys WHERE"  # noqa: S608 - our own columns
_INSERT = f"INSERT OR IGNORE INTO api_keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


@attrs.frozen
class SqliteApiKeyStore(ApiKeyStore):
    """One row a key."""

    database: SqliteDatabase

    async def add(self, key: ApiKey) -> None:
        def insert(connection: sqlite3.Connection) -> ApiKey | None:
            connection.execute(_INSERT, _row(key))
            return _find(connection, key.id)

        if await self.database.write(insert) != key:
            raise ConflictError(f"there is another API key {key.id}")

    async def find(self, key_id: str) -> ApiKey | None:
        return await self.database.read(lambda connection: _find(connection, key_id))

    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        update = "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?"
        changed = await self.database.write(
            lambda c: c.execute(update, [text_of(now), key_id]).rowcount
        )
        return changed > 0

    async def replace_digest(self, key_id: str, *, old: str, new: str) -> bool:
        update = "UPDATE api_keys SET digest = ? WHERE id = ? AND digest = ?"
        changed = await self.database.write(
            lambda c: c.execute(update, [new, key_id, old]).rowcount
        )
        return changed > 0

    async def page(self, *, after: str, limit: int) -> Sequence[ApiKey]:
        query = f"{_SELECT} id > ? ORDER BY id LIMIT ?"
        rows = await self.database.read(lambda c: c.execute(query, [after, limit]).fetchall())
        return [_key(row) for row in rows]


def _find(connection: sqlite3.Connection, key_id: str) -> ApiKey | None:
    row = connection.execute(f"{_SELECT} id = ?", [key_id]).fetchone()
    return row and _key(row)


def _row(key: ApiKey) -> tuple[str | None, ...]:
    times = (key.created_at, key.expires_at, key.revoked_at)
    return (
        key.id,
        key.tenant.customer_id,
        key.tenant.user_id,
        key.scope.value,
        key.digest,
        key.label,
        *(None if moment is None else text_of(moment) for moment in times),
    )


def _key(row: tuple[Any, ...]) -> ApiKey:
    created_at, expires_at, revoked_at = (text and datetime.fromisoformat(text) for text in row[6:])
    return ApiKey(
        id=row[0],
        tenant=Tenant(customer_id=row[1], user_id=row[2]),
        scope=Scope(row[3]),
        digest=row[4],
        label=row[5],
        created_at=created_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
    )
