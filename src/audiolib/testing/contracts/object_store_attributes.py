"""The contract of an object store: attributes, describe, give_up."""

import hashlib

import pytest

from audiolib.domain.model.errors import ObjectExistsError
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.object_store_hooks import (
    CONTENT_TYPE,
    ObjectStoreHooks,
    put,
    read,
)
from audiolib.testing.contracts.samples import content, new_key, payload, pieces

ATTRIBUTES = {"asset": "eyJ0aXRsZSI6IkEgdGVzdCJ9_-", "made-by": "a test, 'quoted' = <&>"}
LARGEST = {"asset": "x" * 1_895}

small_and_large = pytest.mark.parametrize("parts", [0, 1], ids=["small", "several parts"])


class ObjectStoreAttributes(ObjectStoreHooks):
    """Attributes of objects."""

    @small_and_large
    @pytest.mark.parametrize("attributes", [ATTRIBUTES, LARGEST, {}], ids=["some", "largest", "no"])
    async def test_attributes_come_back_as_they_were_put(
        self, store: ObjectStore, parts: int, attributes: dict[str, str]
    ) -> None:
        key, data = new_key(), payload(parts * self.part_size + 9)
        await store.put(
            key,
            content(*pieces(data, 1_000_003)),
            content_type=CONTENT_TYPE,
            attributes=attributes,
        )
        found = await store.head(key)
        assert (found.size, found.attributes) == (len(data), attributes)
        assert found.sha256 in (None, hashlib.sha256(data).hexdigest())
        assert await read(store, key) == data

    async def test_the_digest_of_a_small_object_is_known(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"few bytes"))
        assert (await store.head(key)).sha256 == hashlib.sha256(b"few bytes").hexdigest()

    async def test_a_refused_put_changes_no_attributes(self, store: ObjectStore) -> None:
        key = new_key()
        await store.put(
            key, content(b"first"), content_type=CONTENT_TYPE, attributes={"asset": "first"}
        )
        with pytest.raises(ObjectExistsError):
            await store.put(
                key, content(b"second"), content_type=CONTENT_TYPE, attributes={"asset": "second"}
            )
        assert (await store.head(key)).attributes == {"asset": "first"}

    async def test_attributes_go_with_their_object(self, store: ObjectStore) -> None:
        key = new_key()
        await store.put(key, content(b"old"), content_type=CONTENT_TYPE, attributes=ATTRIBUTES)
        await store.delete(key)
        await put(store, key, content(b"new"))
        assert (await store.head(key)).attributes == {}

    @small_and_large
    async def test_giving_up_leaves_a_complete_object_alone(
        self, store: ObjectStore, parts: int
    ) -> None:
        key, data = new_key(), payload(parts * self.part_size + 9)
        await store.put(
            key,
            content(*pieces(data, 1_000_003)),
            content_type=CONTENT_TYPE,
            attributes=ATTRIBUTES,
        )
        await store.abort_uploads(str(key))
        assert await read(store, key) == data
        assert (await store.head(key)).attributes == ATTRIBUTES

    async def test_giving_up_what_was_never_begun_is_no_error(self, store: ObjectStore) -> None:
        await store.abort_uploads(str(new_key()))
