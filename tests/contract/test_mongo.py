"""The MongoDB adapters keep their ports' contracts, by both drivers, on a real server."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.servers import MongoServer

from audiolib.adapters.mongo import (
    MongoApiKeyStore,
    MongoAssets,
    MongoCleanupOutbox,
    MongoDocumentSchema,
    MongoIntentLog,
    MongoInventory,
    MongoMetadataRepo,
    MongoUsageLedger,
    open_mongo,
)
from audiolib.testing.contracts import (
    ApiKeyStoreContract,
    CleanupOutboxContract,
    DocumentSchemaContract,
    IntentLogContract,
    InventoryContract,
    MetadataRepoContract,
    RawDocuments,
    UsageLedgerContract,
)


@pytest.fixture(params=["motor", "pymongo"])
async def assets(
    request: pytest.FixtureRequest, mongo_server: MongoServer
) -> AsyncIterator[MongoAssets]:
    database = f"contract_{secrets.token_hex(6)}"
    async with open_mongo(mongo_server.url, database=database, driver=request.param) as assets:
        yield assets
        await assets.collection.database.client.drop_database(database)


class TestMongoMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, assets: MongoAssets) -> MongoMetadataRepo:
        return MongoMetadataRepo(assets)


class TestMongoIntentLog(IntentLogContract):
    @pytest.fixture
    def repo(self, assets: MongoAssets) -> MongoMetadataRepo:
        return MongoMetadataRepo(assets)

    @pytest.fixture
    def intents(self, assets: MongoAssets) -> MongoIntentLog:
        return MongoIntentLog(assets)


class TestMongoCleanupOutbox(CleanupOutboxContract):
    @pytest.fixture
    def repo(self, assets: MongoAssets) -> MongoMetadataRepo:
        return MongoMetadataRepo(assets)

    @pytest.fixture
    def outbox(self, assets: MongoAssets) -> MongoCleanupOutbox:
        return MongoCleanupOutbox(assets, new_token=lambda: secrets.token_hex(8))


class Raw(RawDocuments):
    def __init__(self, assets: MongoAssets) -> None:
        self.collection = assets.collection

    async def put(self, document: dict[str, Any]) -> None:
        await self.collection.insert_one(document)

    async def get(self, asset_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.collection.find_one({"_id": asset_id})
        return found


class TestMongoInventory(InventoryContract):
    @pytest.fixture
    def repo(self, assets: MongoAssets) -> MongoMetadataRepo:
        return MongoMetadataRepo(assets)

    @pytest.fixture
    def inventory(self, assets: MongoAssets) -> MongoInventory:
        return MongoInventory(assets)

    @pytest.fixture
    def raw(self, assets: MongoAssets) -> RawDocuments:
        return Raw(assets)


class TestMongoDocumentSchema(DocumentSchemaContract):
    @pytest.fixture
    def repo(self, assets: MongoAssets) -> MongoMetadataRepo:
        return MongoMetadataRepo(assets)

    @pytest.fixture
    def schema(self, assets: MongoAssets) -> MongoDocumentSchema:
        return MongoDocumentSchema(assets)

    @pytest.fixture
    def raw(self, assets: MongoAssets) -> RawDocuments:
        return Raw(assets)


class TestMongoApiKeyStore(ApiKeyStoreContract):
    @pytest.fixture
    def keys(self, assets: MongoAssets) -> MongoApiKeyStore:
        return MongoApiKeyStore(assets)


class TestMongoUsageLedger(UsageLedgerContract):
    @pytest.fixture
    def ledger(self, assets: MongoAssets) -> MongoUsageLedger:
        return MongoUsageLedger(assets)
