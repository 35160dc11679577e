"""What a killed or unanswered upload leaves on S3, and that a sweep finds it."""

import secrets
from collections.abc import AsyncIterator

import attrs
import pytest
from tests.integration.minio_listing import ListsAsMinio
from tests.servers import S3Server

from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.settings import S3Settings
from audiolib.adapters.s3.upload import CLAIM
from audiolib.domain.model.errors import ObjectExistsError
from audiolib.domain.streams.hashing import HashedStream
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing.contracts.samples import content, new_key, new_prefix


@pytest.fixture(params=["by prefix", "as MinIO"])
async def store(
    request: pytest.FixtureRequest, s3_server: S3Server, aws_keys: None
) -> AsyncIterator[S3ObjectStore]:
    settings = S3Settings(endpoint_url=s3_server.endpoint_url, bucket="audiolib-leftovers")
    async with open_s3(settings, now=utc_now, new_token=lambda: secrets.token_hex(8)) as opened:
        lists_as_minio = request.param == "as MinIO"
        yield attrs.evolve(opened, client=ListsAsMinio(opened.client)) if lists_as_minio else opened


@pytest.mark.parametrize("extension", ["wav", "mp3", "flac", "ogg", "opus", "m4a", "webm"])
@pytest.mark.parametrize("claimed", [True, False], ids=["claimed", "after its claim was removed"])
async def test_a_sweep_ends_the_upload_of_a_killed_save(
    store: S3ObjectStore, extension: str, claimed: bool
) -> None:
    """Without a claim it was begun by a request that arrived after an earlier sweep."""
    prefix = new_prefix()
    key = str(prefix.key(extension))
    where = {"Bucket": store.bucket, "Key": key}
    if claimed:
        await store.client.put_object(Bucket=store.bucket, Key=key + CLAIM, Body=b"")
    begun = await store.client.create_multipart_upload(**where)
    upload = where | {"UploadId": begun["UploadId"]}
    await store.client.upload_part(**upload, PartNumber=1, Body=bytes(5 * 1024 * 1024))
    await store.sweep(prefix)
    left = await store.client.list_multipart_uploads(Bucket=store.bucket, Prefix=key)
    assert left.get("Uploads", []) == []
    assert await store.list_uploads(str(prefix)) == []
    objects = await store.client.list_objects_v2(Bucket=store.bucket, Prefix=str(prefix))
    assert objects.get("Contents", []) == []


async def test_a_claim_is_removed_after_the_upload_that_it_names(store: S3ObjectStore) -> None:
    prefix, calls = new_prefix(), []
    key = str(prefix.key("wav"))
    await store.client.put_object(Bucket=store.bucket, Key=key + CLAIM, Body=b"")
    await store.client.create_multipart_upload(Bucket=store.bucket, Key=key)

    class Noting(ListsAsMinio):
        async def abort_multipart_upload(self, **how: str) -> None:
            calls.append(f"abort {how['Key']}")
            await self.client.abort_multipart_upload(**how)

        async def delete_object(self, **how: str) -> None:
            calls.append(f"delete {how['Key']}")
            await self.client.delete_object(**how)

    await attrs.evolve(store, client=Noting(store.client)).sweep(prefix)
    assert calls == [f"abort {key}", f"delete {key}{CLAIM}"]


async def test_an_upload_in_parts_claims_its_key_while_it_runs(store: S3ObjectStore) -> None:
    """Of uploads that complete at the same time a store may let several through."""
    key, seen = new_key(), list[bool]()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(5 * 1024 * 1024)
            found = await store.client.list_objects_v2(Bucket=store.bucket, Prefix=f"{key}{CLAIM}")
            seen.append(bool(found.get("Contents")))
        with pytest.raises(ObjectExistsError):
            await store.put(key, content(bytes(11 * 1024 * 1024)), content_type="audio/wav")

    await store.put(key, HashedStream(chunks()), content_type="audio/wav")
    # Two pieces are read before it is known that there is more than one part.
    assert seen[-1]
    assert await store.list_uploads(str(key)) == []
    assert (await store.head(key)).size == 15 * 1024 * 1024
