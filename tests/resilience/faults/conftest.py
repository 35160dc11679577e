"""A product whose servers lie behind proxies."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest

from audiolib.adapters.mongo.client import open_mongo
from audiolib.domain.model.errors import MetadataUnavailableError
from tests.e2e.stack import Stack, running_stack
from tests.resilience.network.proxy import Proxy, proxied
from tests.servers import MongoServer, S3Server
from tests.stores import server_environment

QUICK = {
    "S3_TIMEOUT": "0.7",
    "MONGODB_TIMEOUT": "1.8",
    "SAVE_LEASE": "2",
    "RECOVER_INTERVAL": "0.1",
}


@attrs.frozen
class Behind:
    """The product, and the proxy before each of its servers."""

    stack: Stack
    s3: Proxy
    mongodb: Proxy


@pytest.fixture
async def behind(
    tmp_path: Path, aws_keys: None, s3_server: S3Server, mongo_server: MongoServer
) -> AsyncIterator[Behind]:
    environment = server_environment(s3_server, mongo_server, "motor") | {
        "S3_BUCKET": "audiolib-faults"
    }
    async with AsyncExitStack() as stack:
        s3 = await stack.enter_async_context(_before(s3_server.endpoint_url))
        mongodb = await stack.enter_async_context(_before(mongo_server.url))
        # The first creation of the indexes may take longer than a call is given below.
        async with open_mongo(mongo_server.url, database=environment["MONGODB_DATABASE"]):
            pass
        environment |= {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{s3.port}",
            "S3_BUCKET": "audiolib-faults",
            "MONGODB_URL": f"mongodb://127.0.0.1:{mongodb.port}/?directConnection=true",
        }
        product = await _start(stack, environment | QUICK, tmp_path)
        yield Behind(product, s3, mongodb)
        s3.poison()
        mongodb.poison()
        store = await product.store()
        for key in await store.list_uploads():
            await store.abort_uploads(key)
        for found in [found async for found in store.list_objects()]:
            await store.client.delete_object(Bucket=store.bucket, Key=found.key)  # type: ignore[attr-defined]


async def _start(stack: AsyncExitStack, environment: dict[str, str], folder: Path) -> Stack:
    """Start again what could not start, as a supervisor does: a busy test server may pause."""
    for turn in range(2):
        (own := folder / str(turn)).mkdir()
        with suppress(MetadataUnavailableError):
            return await stack.enter_async_context(running_stack(environment, own))
    (own := folder / "last").mkdir()
    return await stack.enter_async_context(running_stack(environment, own))


@asynccontextmanager
async def _before(url: str) -> AsyncIterator[Proxy]:
    port = urlsplit(url).port
    assert port is not None
    async with proxied(port) as proxy:
        yield proxy
