"""Opens an S3 store: clients, bucket, and the probe of what it promises."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import aiobotocore.session
import aiohttp
from aiobotocore.config import AioConfig

from audiolib.adapters.s3.errors import translate_errors
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.probe import missing_guarantees
from audiolib.adapters.s3.settings import S3Settings
from audiolib.adapters.s3.wire import PresignedTransport
from audiolib.domain.model.errors import ObjectNotFoundError, WeakStoreError


@asynccontextmanager
async def open_s3(
    settings: S3Settings, *, now: Callable[[], datetime], new_token: Callable[[], str]
) -> AsyncIterator[S3ObjectStore]:
    """Raises: StorageUnavailableError; WeakStoreError, naming each promise the store breaks."""
    async with AsyncExitStack() as stack:
        with translate_errors("the S3 client"):
            client = await stack.enter_async_context(_client(settings, settings.endpoint_url))
            public = client
            if settings.public_endpoint_url not in (None, settings.endpoint_url):
                public = await stack.enter_async_context(
                    _client(settings, settings.public_endpoint_url)
                )
        http = await stack.enter_async_context(_http_session(settings.timeout))
        wire = PresignedTransport(client=client, http=http)
        await _make_bucket(client, settings)
        weak = await missing_guarantees(
            client, wire, bucket=settings.bucket, token=new_token(), now=now()
        )
        if weak and not settings.allow_weak_store:
            raise WeakStoreError(
                f"the S3 store is not safe to use: {'; '.join(weak)}. "
                "S3_ALLOW_WEAK_STORE=true takes it nonetheless."
            )
        yield S3ObjectStore(
            client=client,
            public=public,
            wire=wire,
            bucket=settings.bucket,
            now=now,
            new_token=new_token,
            part_size=settings.part_size,
            weak=bool(weak),
        )


def _client(settings: S3Settings, endpoint_url: str | None) -> Any:
    config = AioConfig(
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        # Other stores than AWS stumble over the checksums that botocore adds of its own accord.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=settings.timeout,
        # A server that accepts and never answers is given up after twice the timeout.
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=64,
    )
    return aiobotocore.session.get_session().create_client(
        "s3", endpoint_url=endpoint_url, region_name=settings.region, config=config
    )


def _http_session(timeout: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=256),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=timeout),
        skip_auto_headers=("User-Agent", "Content-Type"),
    )


async def _make_bucket(client: Any, settings: S3Settings) -> None:
    try:
        with translate_errors(f"bucket {settings.bucket}"):
            await client.head_bucket(Bucket=settings.bucket)
    except ObjectNotFoundError:
        if not settings.create_bucket:
            raise
        elsewhere = {"LocationConstraint": settings.region}
        place = {} if settings.region == "us-east-1" else {"CreateBucketConfiguration": elsewhere}
        with translate_errors(f"creating bucket {settings.bucket}"):
            await client.create_bucket(Bucket=settings.bucket, **place)
