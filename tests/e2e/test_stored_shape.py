"""What other programs find in the stores: seen with their own clients, not with ours."""

import os

import aiobotocore.session
from pymongo import AsyncMongoClient
from tests.e2e.stack import Stack, until

from audiolib.testing import wav

TOP = {"_id", "asset_id", "customer_id", "user_id", "type", "name", "size", "duration"}
STORAGE = {"bucket", "key", "url", "url_expires_at", "original_url"}
CUSTOM = {"text", "voice", "voice_name", "language", "speed", "model", "status"}


async def test_the_object_and_the_document_are_as_agreed(stack: Stack) -> None:
    if stack.settings.object_store != "s3":
        data = wav()
        body = (await stack.save(stack.temp_file("hello.wav", data)))[1]
        path = stack.settings.data_dir / "objects" / body["storage"]["key"]
        assert path.read_bytes() == data
        return
    data = wav()
    url = stack.temp_file("hello.wav", data)
    _, body, _ = await stack.save(url, title="Hello", tags=["test"], folder="greetings")
    key = f"acme/ann/audio/{body['id']}.wav"
    session = aiobotocore.session.get_session()
    async with session.create_client(
        "s3", endpoint_url=stack.settings.s3.endpoint_url, region_name="us-east-1"
    ) as client:
        found = await client.get_object(Bucket=stack.settings.s3.bucket, Key=key)
        assert await found["Body"].read() == data
        assert found["ContentType"] == "audio/wav"
    async with AsyncMongoClient(stack.settings.mongodb_url) as mongo:
        assets = mongo[stack.settings.mongodb_database]["assets"]

        async def cleaned() -> bool:
            document = await assets.find_one({"_id": body["id"]})
            return bool(document and document["cleanup"]["state"] == "done")

        await until(cleaned, "the outbox is done")
        document = await assets.find_one({"_id": body["id"]})
    assert document is not None
    assert document.keys() >= TOP
    assert document["storage"].keys() >= STORAGE
    assert document["metadata"]["custom"].keys() == CUSTOM
    assert (document["type"], document["name"]) == ("audio", "Audio - Hello")
    assert (document["size"], document["duration"]) == (len(data), 0.25)
    assert document["storage"]["key"] == key
    assert document["storage"]["original_url"] == url
    assert document["metadata"]["tags"] == ["test"]
    assert document["metadata"]["custom"]["status"] == "saved"
    assert document["state"] == "ready"


async def test_every_query_is_served_by_an_index(stack: Stack) -> None:
    if stack.settings.metadata_store != "mongodb":
        return
    await stack.saved()
    tenant = {"customer_id": "acme", "user_id": "ann"}
    queries: dict[str, dict[str, object]] = {
        "library": tenant | {"state": {"$in": ["ready", None]}},
        "idempotency": tenant | {"idempotency.key": "x"},
        "leases": {"state": "pending", "lease_until": {"$lt": 0}},
        "tombstones": {"state": "aborted", "tombstone.purge_at": {"$lte": 0}},
        "cleanups_due": {"cleanup.state": "due", "cleanup.next_attempt_at": {"$lte": 0}},
        "cleanups_leased": {"cleanup.state": "leased", "cleanup.lease_until": {"$lt": 0}},
    }
    if not os.environ.get("AUDIOLIB_TEST_MONGODB_URL"):
        # SecantusDB's planner takes no index whose filter is $exists; MongoDB's does.
        del queries["idempotency"]
    async with AsyncMongoClient(stack.settings.mongodb_url) as mongo:
        assets = mongo[stack.settings.mongodb_database]["assets"]
        for name, query in queries.items():
            plan = await assets.find(query).explain()
            assert f"'{name}'" in str(plan["queryPlanner"]["winningPlan"]), (name, plan)
