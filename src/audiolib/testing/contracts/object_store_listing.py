"""The contract of an object store: delete, purge, keys, unfinished, check."""

from itertools import groupby
from typing import cast

import pytest

from audiolib.domain.model.errors import ObjectNotFoundError
from audiolib.domain.model.identifiers import AssetId, ObjectKeyPrefix
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.object_store_hooks import ObjectStoreHooks, listed, put, read
from audiolib.testing.contracts.samples import (
    OTHER_TENANTS,
    content,
    gather,
    new_key,
    new_prefix,
    payload,
    pieces,
)


def tenant_of(key: str) -> str:
    return key.partition("/audio/")[0]


class ObjectStoreListing(ObjectStoreHooks):
    """What there is, and taking it away."""

    async def test_a_deleted_object_is_gone_and_its_key_is_free(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"old"))
        await store.delete(key)
        with pytest.raises(ObjectNotFoundError):
            await store.head(key)
        await put(store, key, content(b"new"))
        assert await read(store, key) == b"new"

    async def test_deleting_what_is_missing_is_no_error(self, store: ObjectStore) -> None:
        key = new_key()
        await store.delete(key)
        await put(store, key, content(b"once"))
        await store.delete(key)
        await store.delete(key)
        assert await listed(store) == []

    async def test_many_delete_one_object_at_once(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"once"))
        await gather(store.delete(key) for _ in range(8))
        assert await listed(store) == []

    async def test_delete_takes_that_key_only(self, store: ObjectStore) -> None:
        prefix = new_prefix()
        await put(store, prefix.key("wav"), content(b"wav"))
        await put(store, prefix.key("mp3"), content(b"mp3"))
        await store.delete(prefix.key("wav"))
        assert await listed(store) == [str(prefix.key("mp3"))]

    async def test_purge_takes_all_under_its_stem_and_nothing_else(
        self, store: ObjectStore
    ) -> None:
        prefix = new_prefix()
        kept = [
            new_prefix(),
            _longer(prefix, "0"),
            _longer(prefix, "-2"),
            *(ObjectKeyPrefix(tenant=other, asset_id=prefix.asset_id) for other in OTHER_TENANTS),
        ]
        for key in [prefix.key("wav"), prefix.key("mp3"), *(other.key("wav") for other in kept)]:
            await put(store, key, content(b"bytes"))
        await store.sweep(prefix)
        assert set(await listed(store)) == {f"{other}.wav" for other in kept}

    async def test_purge_is_idempotent_and_frees_the_keys(self, store: ObjectStore) -> None:
        prefix = new_prefix()
        await store.sweep(prefix)
        await put(store, prefix.key("wav"), content(payload(self.part_size + 1)))
        await store.sweep(prefix)
        await store.sweep(prefix)
        assert await listed(store) == []
        assert await store.list_uploads(str(prefix)) == []
        await put(store, prefix.key("wav"), content(b"again"))
        assert await read(store, prefix.key("wav")) == b"again"

    async def test_a_tenants_keys_come_together_and_ascending(self, store: ObjectStore) -> None:
        # "-" sorts before "/": a walk through folders by name gets these wrong.
        names = ("a", "a-b", "a0", "a_b", "aa", "A", "b")
        prefixes = [
            new_prefix(Tenant(customer_id=customer, user_id=user))
            for customer in names
            for user in names
        ]
        keys = [str(prefix.key(extension)) for prefix in prefixes for extension in ("wav", "mp3")]
        await gather(
            put(store, prefix.key(extension), content(b"x"))
            for prefix in prefixes
            for extension in ("wav", "mp3")
        )
        found = await listed(store)
        by_tenant = [(t, list(some)) for t, some in groupby(found, key=tenant_of)]
        assert len({t for t, _ in by_tenant}) == len(by_tenant)
        assert all(some == sorted(some, key=str.encode) for _, some in by_tenant)
        assert sorted(found) == sorted(keys)
        assert found == await listed(store)

    @pytest.mark.parametrize(
        "prefix",
        ["", "a", "a/", "ab/", "a/b", "a/b/", "a/b/audio/", "a/b/audio/0", "b", "/", "a//"],
        ids=repr,
    )
    async def test_a_prefix_lists_what_begins_with_it(
        self, store: ObjectStore, prefix: str
    ) -> None:
        tenants = [("a", "b"), ("a", "bc"), ("ab", "b"), ("ab", "a")]
        keys = [new_key(Tenant(customer_id=c, user_id=u)) for c, u in tenants]
        for key in keys:
            await put(store, key, content(b"x"))
        wanted = sorted(str(key) for key in keys if str(key).startswith(prefix))
        assert sorted(await listed(store, prefix)) == wanted

    async def test_a_whole_key_is_a_prefix_too(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"x"))
        await put(store, new_key(), content(b"y"))
        assert await listed(store, str(key)) == [str(key)]
        assert await listed(store, str(key.prefix)) == [str(key)]
        assert await listed(store, f"{key}/") == []

    async def test_more_keys_are_listed_than_one_answer_holds(self, store: ObjectStore) -> None:
        keys = [new_key() for _ in range(self.listing_size + 1)]
        for start in range(0, len(keys), 50):
            await gather(put(store, key, content(b"x")) for key in keys[start : start + 50])
        assert await listed(store) == sorted(map(str, keys))

    async def test_nothing_is_unfinished_at_rest(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(*pieces(payload(self.part_size + 1), 1_000_003)))
        assert await store.list_uploads() == []
        assert await store.list_uploads(str(key)) == []

    async def test_an_empty_store_lists_nothing(self, store: ObjectStore) -> None:
        assert await listed(store) == []
        assert await listed(store, "acme/") == []

    async def test_a_store_that_works_passes_its_check(self, store: ObjectStore) -> None:
        await store.check()
        assert await listed(store) == []
        assert store.bucket


def _longer(prefix: ObjectKeyPrefix, more: str) -> ObjectKeyPrefix:
    # No asset has such an id; what else lies in the bucket is not ours to purge.
    longer = cast("AssetId", f"{prefix.asset_id}{more}")
    return ObjectKeyPrefix(tenant=prefix.tenant, asset_id=longer)
