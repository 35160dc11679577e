"""What an ObjectStoreContract asks of its subclass, and what its parts share."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from audiolib.domain.model.errors import ObjectNotFoundError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.objects import ByteRange, StoredObject
from audiolib.domain.streams.hashing import HashedStream
from audiolib.ports.object_store import ObjectStore

CONTENT_TYPE = "audio/wav"


class ObjectStoreHooks:
    """See ObjectStoreContract."""

    part_size: int = 8 * 1024 * 1024
    listing_size: int = 1000
    serves_headers: bool = True
    signs_urls: bool = True

    @pytest.fixture
    def store(self) -> ObjectStore:
        raise NotImplementedError("override the fixture `store`: an empty object store")

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        """Get a presigned URL as anyone would. Returns: status, body, headers."""
        raise NotImplementedError("override `fetch`: GET the URL; return status, body, headers")

    async def pass_time(self, seconds: float) -> None:
        """Let the time pass by which URLs expire; a test may advance its clock instead."""
        await asyncio.sleep(seconds)

    @pytest_asyncio.fixture(autouse=True)
    async def no_uploads_remain(self, store: ObjectStore) -> AsyncIterator[None]:
        """At rest, before a test and after it, no upload is under way."""
        assert await store.list_uploads() == []
        yield
        assert await store.list_uploads() == []


async def put(store: ObjectStore, key: ObjectKey, content: HashedStream) -> StoredObject:
    return await store.put(key, content, content_type=CONTENT_TYPE)


async def read(store: ObjectStore, key: ObjectKey, part: ByteRange | None = None) -> bytes:
    async with store.open(key, part) as opened:
        return b"".join([chunk async for chunk in opened.chunks])


async def listed(store: ObjectStore, prefix: str = "") -> list[str]:
    return [found.key async for found in store.list_objects(prefix)]


async def assert_unseen(store: ObjectStore, key: ObjectKey) -> None:
    """To readers there is no such object, nor a part of one."""
    with pytest.raises(ObjectNotFoundError):
        await store.head(key)
    with pytest.raises(ObjectNotFoundError):
        await store.open(key).__aenter__()
    assert await listed(store, str(key)) == []
