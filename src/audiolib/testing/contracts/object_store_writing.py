"""The contract of an object store: put."""

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from audiolib.domain.model.errors import ObjectExistsError, SourceTruncatedError
from audiolib.domain.model.objects import StoredObject
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.object_store_hooks import (
    CONTENT_TYPE,
    ObjectStoreHooks,
    assert_unseen,
    listed,
    put,
    read,
)
from audiolib.testing.contracts.samples import (
    PATIENCE,
    PausedContent,
    content,
    gather,
    new_key,
    payload,
    pieces,
    running,
)

Cut = Callable[[bytes], list[bytes]]

cuts = pytest.mark.parametrize(
    "cut",
    [
        pytest.param(lambda data: [data], id="one chunk"),
        pytest.param(lambda data: pieces(data, 1), id="single bytes"),
        pytest.param(lambda data: pieces(data, 77), id="odd sizes"),
        pytest.param(
            lambda data: [b"", *(c for p in pieces(data, 500) for c in (p, b"", b""))],
            id="empty chunks between",
        ),
    ],
)
sizes = pytest.mark.parametrize(
    ("parts", "more"),
    [(0, 0), (0, 1), (1, -1), (1, 0), (1, 1), (2, 1)],
    ids=["empty", "one byte", "part-1", "part", "part+1", "2 parts+1"],
)
small_and_large = pytest.mark.parametrize("parts", [0, 1], ids=["small", "several parts"])
after_how_much = pytest.mark.parametrize(
    ("parts", "more"),
    [(0, 0), (0, 1), (1, 1)],
    ids=["before the first byte", "in the first part", "after the first part"],
)


class ObjectStoreWriting(ObjectStoreHooks):
    """Whole or not at all, and once."""

    @cuts
    async def test_the_same_bytes_come_back_however_they_were_cut(
        self, store: ObjectStore, cut: Cut
    ) -> None:
        key, data = new_key(), payload(2000)
        await put(store, key, content(*cut(data)))
        assert await read(store, key) == data

    @sizes
    async def test_the_same_bytes_come_back_whatever_their_number(
        self, store: ObjectStore, parts: int, more: int
    ) -> None:
        key, data = new_key(), payload(parts * self.part_size + more)
        await put(store, key, content(*pieces(data, 1_000_003)))
        assert (await store.head(key)).size == len(data)
        assert await read(store, key) == data

    @sizes
    async def test_the_receipt_is_true(self, store: ObjectStore, parts: int, more: int) -> None:
        key, data = new_key(), payload(parts * self.part_size + more)
        receipt = await put(store, key, content(data))
        assert receipt == StoredObject(
            key=key,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            content_type=CONTENT_TYPE,
        )

    @after_how_much
    @pytest.mark.parametrize(
        "error",
        [
            SourceTruncatedError("cut"),
            RuntimeError("a fault"),
            ConnectionResetError("an OSError that is not the store's"),
            TimeoutError("a timeout that is not the store's"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_content_that_raises_leaves_nothing_and_its_error_passes_on(
        self, store: ObjectStore, parts: int, more: int, error: Exception
    ) -> None:
        key, begun = new_key(), payload(parts * self.part_size + more)
        with pytest.raises(type(error)) as caught:
            await put(store, key, content(*pieces(begun, 1_000_003), error=error))
        assert caught.value is error
        await assert_unseen(store, key)
        assert await store.list_uploads() == []

    @after_how_much
    async def test_a_cancelled_put_leaves_nothing(
        self, store: ObjectStore, parts: int, more: int
    ) -> None:
        key = new_key()
        paused = PausedContent(payload(parts * self.part_size + more))
        async with running(put(store, key, paused.stream())) as task:
            await paused.reached()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, PATIENCE)
        await assert_unseen(store, key)
        assert await store.list_uploads() == []

    async def test_a_key_is_free_again_after_a_put_that_failed(self, store: ObjectStore) -> None:
        key = new_key()
        with pytest.raises(RuntimeError):
            await put(store, key, content(b"half", error=RuntimeError()))
        await put(store, key, content(b"whole"))
        assert await read(store, key) == b"whole"

    @after_how_much
    async def test_no_part_of_an_object_is_seen_while_it_is_written(
        self, store: ObjectStore, parts: int, more: int
    ) -> None:
        key = new_key()
        paused = PausedContent(payload(parts * self.part_size + more))
        async with running(put(store, key, paused.stream())) as task:
            await paused.reached()
            await assert_unseen(store, key)
            assert set(await store.list_uploads()) <= {str(key)}
            assert await store.list_uploads("somebody/else/") == []
            paused.go.set()
            await asyncio.wait_for(task, PATIENCE)
        assert await read(store, key) == paused.head + paused.tail
        assert await listed(store) == [str(key)]

    @small_and_large
    async def test_a_taken_key_is_refused_and_its_object_unchanged(
        self, store: ObjectStore, parts: int
    ) -> None:
        key = new_key()
        await put(store, key, content(b"the first"))
        with pytest.raises(ObjectExistsError):
            await put(store, key, content(payload(parts * self.part_size + 9)))
        assert await read(store, key) == b"the first"

    @small_and_large
    async def test_a_key_that_was_taken_under_way_is_refused(
        self, store: ObjectStore, parts: int
    ) -> None:
        key = new_key()
        paused = PausedContent(payload(parts * self.part_size + 1))
        async with running(put(store, key, paused.stream())) as slow:
            await paused.reached()
            await put(store, key, content(b"the quick one"))
            paused.go.set()
            with pytest.raises(ObjectExistsError):
                await asyncio.wait_for(slow, PATIENCE)
        assert await read(store, key) == b"the quick one"

    async def test_an_empty_object_takes_its_key_too(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content())
        with pytest.raises(ObjectExistsError):
            await put(store, key, content(b"more"))
        assert (await store.head(key)).size == 0

    @pytest.mark.parametrize(("parts", "racers"), [(0, 16), (1, 3)], ids=["small", "several parts"])
    async def test_of_racing_puts_one_wins_and_its_bytes_stay(
        self, store: ObjectStore, parts: int, racers: int
    ) -> None:
        key = new_key()
        bodies = [payload(parts * self.part_size + 50 + n, f"racer {n}") for n in range(racers)]

        async def race(body: bytes) -> bool:
            try:
                await put(store, key, content(*pieces(body, self.part_size // 2 + 1)))
            except ObjectExistsError:
                return False
            return True

        won = await gather(race(body) for body in bodies)
        assert won.count(True) == 1
        assert await read(store, key) == bodies[won.index(True)]

    async def test_puts_of_different_keys_do_not_meet(self, store: ObjectStore) -> None:
        bodies = {new_key(): payload(3000, f"body {n}") for n in range(20)}
        await gather(put(store, key, content(*pieces(b, 500))) for key, b in bodies.items())
        assert {key: await read(store, key) for key in bodies} == bodies
