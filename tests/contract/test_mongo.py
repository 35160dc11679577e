"""The MongoDB adapters keep their ports' contracts, by both drivers, on a real server."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.servers import MongoServer

from audiolib.adapters.mongo.api_key_store import MongoApiKeyStore
from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.cleanup_outbox import MongoCleanupOutbox
from audiolib.adapters.mongo.client import open_mongo
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.intent_log import MongoIntentLog
from audiolib.adapters.mongo.inventory import MongoInventory
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.mongo.usage_ledger import MongoUsageStore
from audiolib.domain.model.tenant import Tenant
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
from audiolib.testing.contracts.raw_documents import by_another_program
from audiolib.testing.contracts.samples import pending


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


@pytest.mark.parametrize("odd", [{"user_id": 7}, {"user_id": None}, {"user_id": ["x"]}, {}])
async def test_odd_documents_hide_no_tenant(assets: MongoAssets, odd: dict[str, Any]) -> None:
    """Of other programs: values of another kind sort before all strings."""
    tenants = [Tenant(customer_id=c, user_id=u) for c in ("acme", "beta") for u in ("ann", "bob")]
    for tenant in tenants:
        await MongoMetadataRepo(assets).insert(tenant, pending(tenant))
    await assets.collection.insert_one({"_id": "odd", "customer_id": "acme", **odd})
    inventory = MongoInventory(assets)
    assert list(await inventory.tenants(after=None, limit=9)) == tenants
    assert list(await inventory.tenants(after=tenants[0], limit=9)) == tenants[1:]


async def test_an_edit_by_another_program_is_not_undone_by_a_migration(
    assets: MongoAssets,
) -> None:
    document = by_another_program()
    await assets.collection.insert_one(document)
    schema = MongoDocumentSchema(assets)
    real = assets.documents

    async def read_and_then_edited(*where: Any, **how: Any) -> list[dict[str, Any]]:
        found = await real(*where, **how)
        await assets.collection.update_one(
            {"_id": document["_id"]}, {"$set": {"metadata.title": "Edited"}}
        )
        return found

    assets.documents = read_and_then_edited  # type: ignore[method-assign]
    assert not await schema.upgrade(document["_id"])
    found = await assets.collection.find_one({"_id": document["_id"]})
    assert found["metadata"]["title"] == "Edited"
    assets.documents = real  # type: ignore[method-assign]
    assert await schema.upgrade(document["_id"])


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


class TestMongoUsageLedger(UsageStoreContract):
    @pytest.fixture
    def ledger(self, assets: MongoAssets) -> MongoUsageStore:
        return MongoUsageStore(assets)
