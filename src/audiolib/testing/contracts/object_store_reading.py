"""The contract of an object store: open and size."""

import asyncio

import pytest

from audiolib.domain.model.errors import ObjectNotFoundError, RangeNotSatisfiableError
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.object_store_hooks import ObjectStoreHooks, put, read
from audiolib.testing.contracts.samples import PATIENCE, content, gather, new_key, payload

DIGITS = b"0123456789"


class ObjectStoreReading(ObjectStoreHooks):
    """Whole, or the part that was asked for."""

    async def test_a_whole_object_says_its_size(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(DIGITS))
        async with store.open(key) as opened:
            assert (opened.size, opened.part) == (10, Slice(start=0, stop=10))
            assert b"".join([chunk async for chunk in opened.chunks]) == DIGITS

    async def test_an_empty_object_opens_as_a_whole(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content())
        async with store.open(key) as opened:
            assert (opened.size, opened.part) == (0, Slice(start=0, stop=0))
            assert b"".join([chunk async for chunk in opened.chunks]) == b""

    @pytest.mark.parametrize(
        ("part", "start", "stop"),
        [
            pytest.param(ByteRange(2, 4), 2, 5, id="first to last"),
            pytest.param(ByteRange(0, 0), 0, 1, id="first byte"),
            pytest.param(ByteRange(9, 9), 9, 10, id="last byte"),
            pytest.param(ByteRange(7, None), 7, 10, id="open end"),
            pytest.param(ByteRange(0, None), 0, 10, id="open end from the start"),
            pytest.param(ByteRange(None, 3), 7, 10, id="suffix"),
            pytest.param(ByteRange(None, 99), 0, 10, id="suffix longer than the object"),
            pytest.param(ByteRange(5, 99), 5, 10, id="last beyond the end"),
        ],
    )
    async def test_a_part_has_the_bytes_that_were_asked_for(
        self, store: ObjectStore, part: ByteRange, start: int, stop: int
    ) -> None:
        key = new_key()
        await put(store, key, content(DIGITS))
        async with store.open(key, part) as opened:
            assert (opened.size, opened.part) == (10, Slice(start=start, stop=stop))
            assert b"".join([chunk async for chunk in opened.chunks]) == DIGITS[start:stop]

    async def test_a_part_may_cross_what_was_uploaded_apart(self, store: ObjectStore) -> None:
        key, data = new_key(), payload(self.part_size + 1000)
        await put(store, key, content(data))
        first, last = self.part_size - 5, self.part_size + 5
        assert await read(store, key, ByteRange(first, last)) == data[first : last + 1]

    @pytest.mark.parametrize(
        "part",
        [ByteRange(10, None), ByteRange(10, 12), ByteRange(99, None), ByteRange(None, 0)],
        ids=["at the end", "after the end", "far beyond", "no bytes"],
    )
    async def test_a_part_without_bytes_is_refused_on_entry(
        self, store: ObjectStore, part: ByteRange
    ) -> None:
        key = new_key()
        await put(store, key, content(DIGITS))
        with pytest.raises(RangeNotSatisfiableError) as caught:
            await store.open(key, part).__aenter__()
        assert caught.value.size == 10

    @pytest.mark.parametrize(
        "part", [ByteRange(0, None), ByteRange(0, 0), ByteRange(None, 5)], ids=repr
    )
    async def test_an_empty_object_has_no_parts(self, store: ObjectStore, part: ByteRange) -> None:
        key = new_key()
        await put(store, key, content())
        with pytest.raises(RangeNotSatisfiableError) as caught:
            await store.open(key, part).__aenter__()
        assert caught.value.size == 0

    @pytest.mark.parametrize("part", [None, ByteRange(0, 5), ByteRange(None, 5)], ids=repr)
    async def test_a_missing_object_is_not_found_on_entry(
        self, store: ObjectStore, part: ByteRange | None
    ) -> None:
        with pytest.raises(ObjectNotFoundError):
            await store.open(new_key(), part).__aenter__()

    async def test_a_missing_object_has_no_size(self, store: ObjectStore) -> None:
        with pytest.raises(ObjectNotFoundError):
            await store.head(new_key())

    async def test_another_extension_is_another_object(self, store: ObjectStore) -> None:
        key = new_key(extension="wav")
        await put(store, key, content(DIGITS))
        with pytest.raises(ObjectNotFoundError):
            await store.head(key.prefix.key("mp3"))

    async def test_leaving_early_holds_nothing_up(self, store: ObjectStore) -> None:
        key, data = new_key(), payload(self.part_size + 1)
        await put(store, key, content(data))
        async with asyncio.timeout(PATIENCE):
            for _ in range(30):
                async with store.open(key) as opened:
                    first = await anext(opened.chunks)
                    assert data.startswith(first)
                async with store.open(key):
                    pass
        assert await read(store, key) == data

    async def test_an_error_of_the_reader_passes_on(self, store: ObjectStore) -> None:
        key, error = new_key(), RuntimeError("the reader's own")
        await put(store, key, content(DIGITS))

        async def fail() -> None:
            async with store.open(key) as opened:
                await anext(opened.chunks)
                raise error

        with pytest.raises(RuntimeError) as caught:
            await fail()
        assert caught.value is error

    async def test_many_read_one_object_at_once(self, store: ObjectStore) -> None:
        key, data = new_key(), payload(300_000)
        await put(store, key, content(data))
        assert await gather(read(store, key) for _ in range(20)) == [data] * 20
