"""The contract of an object store: what becomes of the backend's failures."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from audiolib.domain.model.errors import InsufficientStorageError, StorageUnavailableError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.streams.hashing import HashedStream
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.broken_backend import BrokenBackend
from audiolib.testing.contracts.object_store_hooks import ObjectStoreHooks, listed, put, read
from audiolib.testing.contracts.samples import content, new_key, payload

LONGEST_CALL = 75.0
Call = Callable[[ObjectStore, ObjectKey], Awaitable[object]]

CALLS: dict[str, Call] = {
    "put": lambda store, _: put(store, new_key(), content(b"new")),
    "open": read,
    "head": lambda store, key: store.head(key),
    "delete": lambda store, key: store.delete(key),
    "sweep": lambda store, key: store.sweep(key.prefix),
    "abort_uploads": lambda store, key: store.abort_uploads(str(key)),
    "list_objects": lambda store, _: listed(store),
    "list_uploads": lambda store, _: store.list_uploads(),
    "check": lambda store, _: store.check(),
}


class ObjectStoreOutage(ObjectStoreHooks, BrokenBackend):
    """Only our errors, no call without end, and nothing is left that a sweep does not remove."""

    @pytest.mark.parametrize("call", CALLS)
    async def test_an_unreachable_backend_is_our_error(self, store: ObjectStore, call: str) -> None:
        await self._fails(store, call, self.unreachable())

    @pytest.mark.parametrize("call", ["put", "open", "sweep", "list_objects"])
    async def test_a_slow_backend_is_our_error_in_time(self, store: ObjectStore, call: str) -> None:
        await self._fails(store, call, self.slow())

    async def _fails(
        self, store: ObjectStore, call: str, broken: AbstractAsyncContextManager[None]
    ) -> None:
        key, other = new_key(), new_key()
        for each in (key, other):
            await put(store, each, content(b"kept"))
        async with broken, asyncio.timeout(LONGEST_CALL):
            with pytest.raises(StorageUnavailableError):
                await CALLS[call](store, key)
        assert await read(store, other) == b"kept"
        if call not in ("delete", "sweep"):
            assert await read(store, key) == b"kept"

    @pytest.mark.parametrize("parts", [0, 1, 3])
    async def test_a_put_into_a_full_backend_leaves_nothing(
        self, store: ObjectStore, parts: int
    ) -> None:
        key, data = new_key(), payload(parts * self.part_size + 1)
        async with self.full():
            with pytest.raises((InsufficientStorageError, StorageUnavailableError)):
                await put(store, key, content(data))
        assert await listed(store) == []
        assert await store.list_uploads() == []
        await put(store, key, content(data))
        assert await read(store, key) == data

    async def test_a_put_during_which_the_backend_goes_can_be_swept(
        self, store: ObjectStore
    ) -> None:
        key, broken = new_key(), self.unreachable()

        async def chunks() -> AsyncIterator[bytes]:
            yield payload(2 * self.part_size)
            await broken.__aenter__()
            yield payload(2 * self.part_size)

        with pytest.raises(StorageUnavailableError):
            await put(store, key, HashedStream(chunks()))
        await broken.__aexit__(None, None, None)
        await store.sweep(key.prefix)
        assert await listed(store) == []
        assert await store.list_uploads() == []
