"""The S3 adapter keeps its port's contract, on a real server."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
from tests.servers import S3Server
from yarl import URL

from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.settings import S3Settings
from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.testing.contracts import ObjectStoreContract

PART = 5 * 1024 * 1024


class TestS3ObjectStore(ObjectStoreContract):
    part_size = PART

    @pytest.fixture
    async def store(self, s3_server: S3Server, aws_keys: None) -> AsyncIterator[S3ObjectStore]:
        settings = S3Settings(
            endpoint_url=s3_server.endpoint_url,
            bucket="audiolib-contract",
            part_size=PART,
        )
        async with open_s3(settings, now=utc_now, new_token=lambda: secrets.token_hex(8)) as store:
            yield store
            keys = [found.key async for found in store.list_objects("")]
            await asyncio.gather(
                *(store.client.delete_object(Bucket=store.bucket, Key=key) for key in keys)
            )

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(URL(url, encoded=True)) as response,
        ):
            return response.status, await response.read(), response.headers
