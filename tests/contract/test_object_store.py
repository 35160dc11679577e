"""Every adapter keeps the contract of the port ObjectStore; S3 is a real server."""

import asyncio
import errno
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import aiohttp
import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.adapters.memory import MemoryObjectStore
from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.errors import ObjectNotFoundError
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.entrypoints.asset_service.app_keys import LIBRARY, LINK_SECRETS, SETTINGS, STREAMS
from audiolib.entrypoints.asset_service.routes.audio import follow_link
from audiolib.entrypoints.bootstrap.runtime import new_token, utc_now
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.problem_details import problems
from audiolib.testing import FakeClock, in_memory_library
from audiolib.testing.contracts import ObjectStoreContract
from audiolib.testing.contracts.object_store_listing import ObjectStoreListing
from audiolib.testing.contracts.object_store_outage import ObjectStoreOutage
from tests.integration.minio_listing import ListsAsMinio
from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import proxied
from tests.servers import S3Server

SECRET = b"secret"
PUBLIC_URL = "http://library.test"
PART = 5 * 1024 * 1024


class TestMemoryObjectStore(ObjectStoreContract):
    part_size = 64 * 1024
    serves_headers = False
    signs_urls = False

    @pytest.fixture
    def store(self) -> MemoryObjectStore:
        self.clock = FakeClock()
        self.memory = MemoryObjectStore(now=self.clock)
        return self.memory

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        try:
            body = self.memory.fetch(url)
        except ObjectNotFoundError:
            return 404, b"", {}
        return (403, b"", {}) if body is None else (200, body, {})

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)


class TestFilesystemObjectStore(ObjectStoreContract):
    part_size = 1024 * 1024

    @pytest.fixture
    async def store(self, tmp_path: Path) -> FilesystemObjectStore:
        self._store = FilesystemObjectStore(
            root=tmp_path / "objects",
            public_url=PUBLIC_URL,
            secret=SECRET,
            now=utc_now,
            new_token=lambda: secrets.token_hex(8),
        )
        return self._store

    @asynccontextmanager
    async def unreachable(self) -> AsyncIterator[None]:
        """A file stands where the folder was, as when a mount has gone wrong."""
        root, aside = self._store.root, self._store.root.with_name("aside")
        root.rename(aside)
        root.write_bytes(b"")
        yield
        root.unlink()
        aside.rename(root)

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        def fail(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with mock.patch.object(os, "write", fail):
            yield

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        """By the asset service's own route, over a real socket."""
        app = web.Application(middlewares=[problems])
        library = in_memory_library()
        app[LIBRARY] = attrs.evolve(
            library,
            listen=ListenToAudio(library=library.browse, store=self._store),
            ports=attrs.evolve(library.ports, store=self._store),
        )
        app[SETTINGS] = Settings.read({})
        app[LINK_SECRETS] = lambda: [SECRET]
        app[STREAMS] = LoadShedder("downloads", most=99, most_per_tenant=99)
        app.router.add_get("/files/{key:.+}", follow_link)
        async with TestClient(TestServer(app)) as client:
            target = URL(url.removeprefix(PUBLIC_URL), encoded=True)
            async with client.get(target) as response:
                return response.status, await response.read(), response.headers


@asynccontextmanager
async def opened_s3(server: S3Server) -> AsyncIterator[S3ObjectStore]:
    settings = S3Settings(
        endpoint_url=server.endpoint_url, bucket="audiolib-contract", part_size=PART
    )
    async with open_s3(settings, now=utc_now, new_token=lambda: secrets.token_hex(8)) as store:
        yield store
        keys = [found.key async for found in store.list_objects("")]
        await asyncio.gather(
            *(store.client.delete_object(Bucket=store.bucket, Key=key) for key in keys)
        )


class TestS3ObjectStore(ObjectStoreContract):
    part_size = PART

    @pytest.fixture
    async def store(self, s3_server: S3Server, aws_keys: None) -> AsyncIterator[S3ObjectStore]:
        async with opened_s3(s3_server) as store:
            yield store

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(URL(url, encoded=True)) as response,
        ):
            return response.status, await response.read(), response.headers


@pytest.mark.asyncio
class TestS3ObjectStoreThatListsAsMinio(ObjectStoreListing):
    """Whatever the server does: MinIO lists uploads under their exact key alone."""

    part_size = PART

    @pytest.fixture
    async def store(self, s3_server: S3Server, aws_keys: None) -> AsyncIterator[S3ObjectStore]:
        async with opened_s3(s3_server) as store:
            yield attrs.evolve(store, client=ListsAsMinio(store.client))


@pytest.mark.asyncio
class TestS3Outage(ObjectStoreOutage):
    """Behind a proxy: its connections are cut, or lead to a server that never answers."""

    part_size = PART

    @pytest.fixture
    async def store(self, s3_server: S3Server, aws_keys: None) -> AsyncIterator[S3ObjectStore]:
        port = urlsplit(s3_server.endpoint_url).port
        assert port is not None
        async with proxied(port) as self.proxy:
            settings = S3Settings(
                endpoint_url=f"http://127.0.0.1:{self.proxy.port}",
                bucket=f"audiolib-outage-{secrets.token_hex(4)}",
                part_size=PART,
                timeout=1,
            )
            async with open_s3(settings, now=utc_now, new_token=new_token) as store:
                yield store

    @asynccontextmanager
    async def unreachable(self) -> AsyncIterator[None]:
        self.proxy.poison(to_server=Toxic(cut_after=0, reset=True))
        yield
        self.proxy.poison()

    @asynccontextmanager
    async def slow(self) -> AsyncIterator[None]:
        self.proxy.poison(to_client=Toxic(timeout=60))
        yield
        self.proxy.poison()
