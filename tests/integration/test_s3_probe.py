"""At start the S3 adapter finds out a server that breaks promises; SeaweedFS keeps them."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.servers import S3Server, moto_s3, rclone_s3

from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.errors import (
    ObjectNotFoundError,
    StorageUnavailableError,
    WeakStoreError,
)
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing.contracts.samples import content

KEY = ObjectKey.parse("acme/ann/audio/01b8dac5-b400-7000-8000-000000000001.wav")


_AGE = "<LastModified>2030-01-01T00:00:00Z</LastModified>"


def new_token() -> str:
    return secrets.token_hex(8)


class WeakServer:
    """It takes whatever comes, overwrites, and looks at no checksum; `spoils` what it keeps."""

    def __init__(self, *, spoils: bool = False) -> None:
        self.objects: dict[str, bytes] = {}
        self.tokens: dict[str, str] = {}
        self.spoils = spoils

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{bucket}", self.bucket)
        app.router.add_route("*", "/{bucket}/{key:.*}", self.key)
        return app

    async def bucket(self, request: web.Request) -> web.Response:
        found = "".join(f"<Contents><Key>{key}</Key>{_AGE}</Contents>" for key in self.objects)
        return self.xml(f"<ListBucketResult>{found}</ListBucketResult>")

    async def key(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        token = request.headers.get("x-amz-meta-put-token")
        if request.method == "POST" and "uploads" in request.query:
            self.tokens[key] = token or ""
            return self.xml(
                "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                "</InitiateMultipartUploadResult>"
            )
        if request.method == "POST":
            return self.xml("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")
        if request.method == "PUT":
            data = await request.read()
            self.objects[key] = data[:-1] + b"?" if self.spoils else data
            self.tokens[key] = token or self.tokens.get(key, "")
            return web.Response(headers={"ETag": '"x"'})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        if key not in self.objects:
            return web.Response(status=404)
        headers = {"x-amz-meta-put-token": self.tokens.get(key, "")}
        return web.Response(body=self.objects[key], headers=headers)

    @staticmethod
    def xml(body: str) -> web.Response:
        return web.Response(text=body, content_type="application/xml")


@pytest.fixture(autouse=True)
def keys(aws_keys: None) -> None:
    """Every test here signs."""


async def settings_for(server: TestServer, **more: bool) -> S3Settings:
    return S3Settings(endpoint_url=str(server.make_url("")).rstrip("/"), **more)


async def test_a_store_that_keeps_its_promises_is_taken(s3_server: S3Server) -> None:
    settings = S3Settings(endpoint_url=s3_server.endpoint_url, bucket="audiolib-probe")
    async with open_s3(settings, now=utc_now, new_token=new_token) as store:
        assert not store.weak
        assert [found.key async for found in store.list_objects("")] == []


@pytest.mark.parametrize(("server", "overwrites"), [(rclone_s3, True), (moto_s3, False)])
async def test_servers_that_break_them_are_refused(
    server: Callable[[Path], AbstractContextManager[S3Server]], overwrites: bool, tmp_path: Path
) -> None:
    with server(tmp_path) as weak:
        settings = S3Settings(endpoint_url=weak.endpoint_url)
        with pytest.raises(WeakStoreError, match="SHA-256") as refused:
            async with open_s3(settings, now=utc_now, new_token=new_token):
                raise AssertionError("it was taken")
    assert ("If-None-Match" in str(refused.value)) is overwrites


async def test_a_store_that_breaks_them_is_refused_and_each_is_named() -> None:
    async with TestServer(WeakServer().app()) as server:
        settings = await settings_for(server)
        with pytest.raises(WeakStoreError) as refused:
            async with open_s3(settings, now=utc_now, new_token=new_token):
                raise AssertionError("it was taken")
    assert str(refused.value).count("If-None-Match") == 2
    assert "SHA-256" in str(refused.value)


@pytest.mark.parametrize("spoils", [False, True])
async def test_a_weak_store_that_is_wanted_is_read_back(spoils: bool) -> None:
    """What it kept is what it is asked for, so a use case can tell."""
    weak = WeakServer()
    async with TestServer(weak.app()) as server:
        settings = await settings_for(server, allow_weak_store=True)
        async with open_s3(settings, now=utc_now, new_token=new_token) as store:
            weak.spoils = spoils

            stored = await store.put(KEY, content(b"some audio"), content_type="audio/wav")
    kept = b"some audi?" if spoils else b"some audio"
    assert stored.sha256 == hashlib.sha256(kept).hexdigest()


async def test_a_missing_bucket_is_made_only_where_that_is_allowed(s3_server: S3Server) -> None:
    bucket = f"missing-{secrets.token_hex(4)}"
    refusing = S3Settings(endpoint_url=s3_server.endpoint_url, bucket=bucket, create_bucket=False)
    with pytest.raises(ObjectNotFoundError):
        async with open_s3(refusing, now=utc_now, new_token=new_token):
            raise AssertionError("it was made")


async def test_a_store_that_is_not_there_is_unavailable() -> None:
    settings = S3Settings(endpoint_url="http://127.0.0.1:9")
    with pytest.raises(StorageUnavailableError):
        async with open_s3(settings, now=utc_now, new_token=new_token):
            raise AssertionError("it answered")


async def test_what_a_killed_probe_left_is_swept_later(s3_server: S3Server) -> None:
    settings = S3Settings(endpoint_url=s3_server.endpoint_url, bucket="audiolib-probe")
    left = ".audiolib-probe/left"
    async with open_s3(settings, now=utc_now, new_token=new_token) as store:
        await store.client.put_object(Bucket=store.bucket, Key=left, Body=b"x")
    async with open_s3(settings, now=utc_now, new_token=new_token) as store:
        assert await _keys(store) == [left]
        assert [found async for found in store.list_objects()] == []
    later = utc_now() + timedelta(hours=2)
    async with open_s3(settings, now=lambda: later, new_token=new_token) as store:
        assert await _keys(store) == []


async def _keys(store: S3ObjectStore) -> list[str]:
    found = await store.client.list_objects_v2(Bucket=store.bucket)
    return [each["Key"] for each in found.get("Contents", ())]
