"""The MongoDB adapters keep their ports' contracts, by both drivers, on a real server."""

import secrets
from collections.abc import AsyncIterator

import pytest
from tests.servers import MongoServer

from audiolib.adapters.mongo import (
    MongoAssets,
    MongoCleanupOutbox,
    MongoIntentLog,
    MongoMetadataRepo,
    open_mongo,
)
from audiolib.testing.contracts import (
    CleanupOutboxContract,
    IntentLogContract,
    MetadataRepoContract,
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
