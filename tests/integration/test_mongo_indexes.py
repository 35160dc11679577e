"""Indexes of MongoDB: built at once for few documents, by `audiolib migrate` for many."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from tests.resilience.network.failpoints import Failpoints
from tests.servers import MongoServer

from audiolib.adapters.mongo import client as mongo_client
from audiolib.adapters.mongo.client import open_mongo
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.indexes import INDEXES, find_missing_indexes
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.testing.contracts.samples import TENANT, pending

drivers = pytest.mark.parametrize("driver", ["motor", "pymongo"])


@drivers
async def test_a_new_database_gets_its_indexes(mongo_server: MongoServer, driver: Any) -> None:
    name = f"indexes_{secrets.token_hex(4)}"
    async with open_mongo(mongo_server.url, database=name, driver=driver) as assets:
        assert await find_missing_indexes(assets) == []


@drivers
async def test_missing_indexes_of_many_documents_are_named_and_built_by_migrate(
    mongo_server: MongoServer, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_client, "_FEW_DOCUMENTS", 2)
    where = {"database": f"indexes_{secrets.token_hex(4)}", "driver": driver}
    async with open_mongo(mongo_server.url, **where) as assets:
        for _ in range(4):
            await MongoMetadataRepo(assets).insert(TENANT, pending())
        await assets.collection.drop_index("library")
        await assets.collection.drop_index("idempotency")
    with pytest.raises(MetadataUnavailableError) as refused:
        async with open_mongo(mongo_server.url, **where):
            raise AssertionError("it was opened")
    assert str(refused.value) == (
        "MongoDB lacks the indexes idempotency, library on 4 documents: "
        "run `audiolib migrate`, which builds them"
    )
    async with open_mongo(mongo_server.url, **where, require_indexes=False) as assets:
        schema = MongoDocumentSchema(assets)
        assert await schema.missing_indexes() == ["idempotency", "library"]
        for _ in range(2):
            for index in ("idempotency", "library"):
                await schema.build_index(index)
        assert await schema.missing_indexes() == []
    async with open_mongo(mongo_server.url, **where) as assets:
        known = await assets.collection.index_information()
        assert known["idempotency"]["unique"] is True
        assert known["idempotency"]["partialFilterExpression"] == {
            "idempotency.key": {"$exists": True}
        }


@drivers
async def test_building_an_index_has_no_deadline(mongo_server: MongoServer, driver: Any) -> None:
    where = {"database": f"indexes_{secrets.token_hex(4)}", "driver": driver}
    async with open_mongo(mongo_server.url, **where) as assets:
        await MongoMetadataRepo(assets).insert(TENANT, pending())
        await assets.collection.drop_index("library")
    patience = timedelta(seconds=0.5)
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_server.url)
    async with client:
        slow = {"blockConnection": True, "blockTimeMS": 1_500}
        async with (
            open_mongo(
                mongo_server.url, **where, patience=patience, require_indexes=False
            ) as assets,
            Failpoints(client).failing("createIndexes", times=-1, **slow),
        ):
            with pytest.raises(MetadataUnavailableError):
                async with open_mongo(mongo_server.url, **where, patience=patience):
                    raise AssertionError("it was opened")
            await MongoDocumentSchema(assets).build_index("library")
            assert await find_missing_indexes(assets) == []


def test_every_index_is_known_by_one_name() -> None:
    assert len(INDEXES) == 10
