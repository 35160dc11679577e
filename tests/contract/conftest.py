"""The metadata stores that every contract of a metadata port runs over."""

import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import attrs
import pytest
from pymongo import AsyncMongoClient

from audiolib.adapters.memory import (
    MemoryAssets,
    MemoryCleanupOutbox,
    MemoryDocumentSchema,
    MemoryIntentLog,
    MemoryInventory,
    MemoryMetadataRepo,
    MemoryRecords,
)
from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.cleanup_outbox import MongoCleanupOutbox
from audiolib.adapters.mongo.client import open_mongo
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.intent_log import MongoIntentLog
from audiolib.adapters.mongo.inventory import MongoInventory
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.mongo.records import MongoRecords
from audiolib.adapters.shared.record_collection import RecordCollection
from audiolib.adapters.sqlite import (
    SqliteCleanupOutbox,
    SqliteDatabase,
    SqliteDocumentSchema,
    SqliteIntentLog,
    SqliteInventory,
    SqliteMetadataRepo,
    SqliteRecords,
    database,
    open_sqlite,
)
from audiolib.adapters.sqlite.documents import text_of
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.document_schema import DocumentSchema
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import RawDocuments
from tests.contract import temp_files
from tests.resilience.network.failpoints import ALWAYS, Failpoints
from tests.servers import MongoServer

Broken = Callable[[], AbstractAsyncContextManager[None]]


@attrs.frozen(kw_only=True)
class MetadataStore:
    """Every port over one empty metadata store; `records` opens a collection by name and due."""

    repo: MetadataRepo
    intents: IntentLog
    outbox: CleanupOutbox
    inventory: Inventory
    schema: DocumentSchema
    records: Callable[[str, str], RecordCollection]
    raw: RawDocuments
    unreachable: Broken | None = None
    slow: Broken | None = None
    full: Broken | None = None


@pytest.fixture(params=["memory", "sqlite", "mongo by motor", "mongo by pymongo"])
async def metadata(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MetadataStore]:
    """Each adapter in turn; MongoDB is a real server."""
    if request.param == "memory":
        yield in_memory()
    elif request.param == "sqlite":
        async with open_sqlite(tmp_path / "library.sqlite3") as database:
            yield over_sqlite(database)
    else:
        server = request.getfixturevalue("mongo_server")
        async with fresh_mongo(server, request.param.rpartition(" ")[2]) as assets:
            yield attrs.evolve(
                over_mongo(assets),
                unreachable=partial(failing_commands, server, errorCode=13),
                slow=partial(failing_commands, server, blockConnection=True, blockTimeMS=4_000),
                full=partial(failing_commands, server, errorCode=14031),
            )


@pytest.fixture(params=["memory", "http"])
async def generator(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[temp_files.Generator]:
    """A generator, reached by each adapter in turn."""
    if request.param == "memory":
        yield temp_files.in_memory()
    else:
        async with temp_files.over_http(tmp_path / "temp") as opened:
            yield opened


@asynccontextmanager
async def fresh_mongo(server: MongoServer, driver: Any) -> AsyncIterator[MongoAssets]:
    """A database of its own, dropped afterwards."""
    database = f"contract_{secrets.token_hex(6)}"
    patience = timedelta(seconds=3)
    async with open_mongo(
        server.url, database=database, driver=driver, patience=patience
    ) as assets:
        yield assets
        await assets.collection.database.client.drop_database(database)


@asynccontextmanager
async def failing_commands(server: MongoServer, **how: Any) -> AsyncIterator[None]:
    """Every command of our drivers fails. Codes: Unauthorized 13, OutOfDiskSpace 14031."""
    commands = ["find", "insert", "update", "delete", "aggregate", "findAndModify"]
    async with (
        AsyncMongoClient[dict[str, Any]](server.url) as client,
        Failpoints(client).failing(*commands, times=ALWAYS, **how),
    ):
        yield


@asynccontextmanager
async def failing_sqlite(said: str, name: str) -> AsyncIterator[None]:
    """Each statement fails as SQLite itself would fail it."""

    def fail(*_: object) -> None:
        error = sqlite3.OperationalError(said)
        error.sqlite_errorname = name
        raise error

    with mock.patch.object(database._Thread, "_run", fail):
        yield


def in_memory() -> MetadataStore:
    assets = MemoryAssets()
    return MetadataStore(
        repo=MemoryMetadataRepo(assets),
        intents=MemoryIntentLog(assets),
        outbox=MemoryCleanupOutbox(assets),
        inventory=MemoryInventory(assets),
        schema=MemoryDocumentSchema(assets),
        records=lambda _, due: MemoryRecords(due=due),
        raw=MemoryRawDocuments(assets),
    )


def over_sqlite(database: SqliteDatabase) -> MetadataStore:
    return MetadataStore(
        repo=SqliteMetadataRepo(database),
        intents=SqliteIntentLog(database),
        outbox=SqliteCleanupOutbox(database),
        inventory=SqliteInventory(database),
        schema=SqliteDocumentSchema(database),
        records=lambda name, due: SqliteRecords(database=database, collection=name, due=due),
        raw=SqliteRawDocuments(database),
        unreachable=partial(failing_sqlite, "disk I/O error", "SQLITE_IOERR"),
        full=partial(failing_sqlite, "database or disk is full", "SQLITE_FULL"),
    )


def over_mongo(assets: MongoAssets) -> MetadataStore:
    return MetadataStore(
        repo=MongoMetadataRepo(assets),
        intents=MongoIntentLog(assets),
        outbox=MongoCleanupOutbox(assets, new_token=lambda: secrets.token_hex(8)),
        inventory=MongoInventory(assets),
        schema=MongoDocumentSchema(assets),
        records=lambda name, due: MongoRecords(assets=assets, collection=name, due=due),
        raw=MongoRawDocuments(assets),
    )


@attrs.frozen
class MemoryRawDocuments(RawDocuments):
    assets: MemoryAssets

    async def put(self, document: dict[str, Any]) -> None:
        self.assets.documents[AssetId(document["_id"])] = document

    async def get(self, asset_id: str) -> dict[str, Any]:
        return dict(self.assets.documents[AssetId(asset_id)])


@attrs.frozen
class SqliteRawDocuments(RawDocuments):
    database: SqliteDatabase

    async def put(self, document: dict[str, Any]) -> None:
        row = [document["_id"], json.dumps(document, default=text_of)]
        insert = "INSERT INTO assets (asset_id, document) VALUES (?, ?)"
        await self.database.write(lambda connection: connection.execute(insert, row))

    async def get(self, asset_id: str) -> dict[str, Any]:
        query = "SELECT document FROM assets WHERE asset_id = ?"
        (row,) = await self.database.read(lambda c: c.execute(query, [asset_id]).fetchall())
        found: dict[str, Any] = json.loads(row[0])
        return found


@attrs.frozen
class MongoRawDocuments(RawDocuments):
    assets: MongoAssets

    async def put(self, document: dict[str, Any]) -> None:
        await self.assets.collection.insert_one(document)

    async def get(self, asset_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.assets.collection.find_one({"_id": asset_id})
        return found
