"""The product on each pair of stores, by configuration alone."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.e2e.stack import Stack, running_stack
from tests.servers import MongoServer, S3Server

from audiolib.domain.model.naming import ObjectKey

EMBEDDED: dict[str, str] = {}


def server_environment(s3: S3Server, mongo: MongoServer, driver: str) -> dict[str, str]:
    return {
        "OBJECT_STORE": "s3",
        "METADATA_STORE": "mongodb",
        "S3_ENDPOINT_URL": s3.endpoint_url,
        # One for all: SeaweedFS sets volumes aside for each bucket, and runs out of them.
        "S3_BUCKET": "audiolib-e2e",
        "MONGODB_URL": mongo.url,
        "MONGODB_DATABASE": f"e2e_{secrets.token_hex(4)}",
        "MONGODB_DRIVER": driver,
    }


@pytest.fixture(params=["embedded", "s3+mongodb by motor", "s3+mongodb by pymongo"])
async def stack(
    request: pytest.FixtureRequest, tmp_path: Path, aws_keys: None
) -> AsyncIterator[Stack]:
    environment = EMBEDDED
    if request.param != "embedded":
        environment = server_environment(
            request.getfixturevalue("s3_server"),
            request.getfixturevalue("mongo_server"),
            request.param.rpartition(" ")[2],
        )
    async with running_stack(environment, tmp_path) as stack:
        yield stack
        store = await stack.store()
        for key in [found.key async for found in store.objects("")]:
            await store.delete(ObjectKey.parse(key))


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Stack]:
    async with running_stack(EMBEDDED, tmp_path) as stack:
        yield stack
