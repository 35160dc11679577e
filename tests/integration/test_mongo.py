"""The MongoDB adapters' own promises, by both drivers, on a real server."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.contract.conftest import fresh_mongo
from tests.servers import MongoServer

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.inventory import MongoInventory
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.mongo.records import MongoRecords
from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.domain.documents.api_key_document import api_key_to_document
from audiolib.domain.model.tenant import Tenant
from audiolib.testing.contracts.api_key_store import api_key
from audiolib.testing.contracts.raw_documents import by_another_program
from audiolib.testing.contracts.samples import NOW, pending


@pytest.fixture(params=["motor", "pymongo"])
async def assets(
    request: pytest.FixtureRequest, mongo_server: MongoServer
) -> AsyncIterator[MongoAssets]:
    async with fresh_mongo(mongo_server, request.param) as assets:
        yield assets


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


async def test_api_keys_without_a_version_can_be_revoked(assets: MongoAssets) -> None:
    """Version 0.1 wrote none."""
    key = api_key()
    document = {"_id": key.id, **api_key_to_document(key)}
    await assets.beside("api_keys").insert_one(document)
    keys = RecordApiKeyStore(MongoRecords(assets=assets, collection="api_keys"))
    assert await keys.find(key.id) == key
    assert await keys.revoke(key.id, now=NOW)
    found = await keys.find(key.id)
    assert found is not None
    assert found.revoked_at == NOW
