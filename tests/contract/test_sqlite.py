"""The SQLite adapters keep their ports' contracts."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from audiolib.adapters.sqlite import (
    SqliteApiKeyStore,
    SqliteCleanupOutbox,
    SqliteDatabase,
    SqliteDocumentSchema,
    SqliteIntentLog,
    SqliteInventory,
    SqliteMetadataRepo,
    SqliteUsageStore,
    open_sqlite,
)
from audiolib.adapters.sqlite.documents import text_of
from audiolib.testing.contracts import (
    ApiKeyStoreContract,
    CleanupOutboxContract,
    DocumentSchemaContract,
    IntentLogContract,
    InventoryContract,
    MetadataRepoContract,
    RawDocuments,
    UsageStoreContract,
)
from audiolib.testing.contracts.samples import (
    NOW,
    TENANT,
    pending,
    promise,
    ready_from,
    seconds,
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with open_sqlite(tmp_path / "library.sqlite3") as database:
        yield database


@pytest.fixture
def repo(database: SqliteDatabase) -> SqliteMetadataRepo:
    return SqliteMetadataRepo(database)


class TestSqliteMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)


class TestSqliteIntentLog(IntentLogContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def intents(self, database: SqliteDatabase) -> SqliteIntentLog:
        return SqliteIntentLog(database)


class TestSqliteCleanupOutbox(CleanupOutboxContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def outbox(self, database: SqliteDatabase) -> SqliteCleanupOutbox:
        return SqliteCleanupOutbox(database)


class Raw(RawDocuments):
    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database

    async def put(self, document: dict[str, Any]) -> None:
        row = [document["_id"], json.dumps(document, default=text_of)]
        insert = "INSERT INTO assets (asset_id, document) VALUES (?, ?)"
        await self.database.write(lambda connection: connection.execute(insert, row))

    async def get(self, asset_id: str) -> dict[str, Any]:
        query = "SELECT document FROM assets WHERE asset_id = ?"
        (row,) = await self.database.read(lambda c: c.execute(query, [asset_id]).fetchall())
        found: dict[str, Any] = json.loads(row[0])
        return found


class TestSqliteInventory(InventoryContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def inventory(self, database: SqliteDatabase) -> SqliteInventory:
        return SqliteInventory(database)

    @pytest.fixture
    def raw(self, database: SqliteDatabase) -> RawDocuments:
        return Raw(database)


class TestSqliteDocumentSchema(DocumentSchemaContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def schema(self, database: SqliteDatabase) -> SqliteDocumentSchema:
        return SqliteDocumentSchema(database)

    @pytest.fixture
    def raw(self, database: SqliteDatabase) -> RawDocuments:
        return Raw(database)


async def test_many_may_make_the_database_at_the_same_time(tmp_path: Path) -> None:
    """As processes do that are started together."""

    async def opened(path: Path) -> None:
        async with open_sqlite(path) as database:
            await SqliteMetadataRepo(database).check()

    for number in range(20):
        path = tmp_path / f"{number}.sqlite3"
        await asyncio.gather(*(opened(path) for _ in range(8)))


class TestSqliteApiKeyStore(ApiKeyStoreContract):
    @pytest.fixture
    def keys(self, database: SqliteDatabase) -> SqliteApiKeyStore:
        return SqliteApiKeyStore(database)


class TestSqliteUsageLedger(UsageStoreContract):
    @pytest.fixture
    def ledger(self, database: SqliteDatabase) -> SqliteUsageStore:
        return SqliteUsageStore(database)


async def test_an_unreadable_promise_holds_up_no_other(database: SqliteDatabase) -> None:
    repo, outbox = SqliteMetadataRepo(database), SqliteCleanupOutbox(database)
    long_ago = {"state": "due", "next_attempt_at": "2000-01-01T00:00:00.000+00:00"}
    for number in range(3):
        await Raw(database).put({"_id": f"odd{number}", "state": "ready", "cleanup": long_ago})
    asset = ready_from(pending(), cleanup=promise(NOW))
    await repo.insert(TENANT, asset)
    (task,) = await outbox.claim(now=NOW, lease_until=NOW + seconds(60), limit=1)
    assert task.asset_id == asset.id
