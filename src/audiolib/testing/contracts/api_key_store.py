"""The contract of the port ApiKeyStore."""

import secrets
from datetime import timedelta
from typing import Any

import attrs
import pytest

from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.errors import ConflictError
from audiolib.ports.api_key_store import ApiKeyStore
from audiolib.testing.contracts.samples import NOW, OTHER_TENANTS, TENANT, gather

LATER = NOW + timedelta(days=1)


@pytest.mark.asyncio
class ApiKeyStoreContract:
    """Override the fixture `keys`: a store without keys."""

    @pytest.fixture
    def keys(self) -> ApiKeyStore:
        raise NotImplementedError("override the fixture `keys`: a store without keys")

    @pytest.mark.parametrize(
        "more",
        [
            {},
            {"scope": Scope.READ, "label": "Ann's “laptop” $ . é", "expires_at": LATER},
            {"revoked_at": LATER, "tenant": OTHER_TENANTS[2]},
        ],
        ids=["plain", "with all", "revoked"],
    )
    async def test_what_was_added_is_found(self, keys: ApiKeyStore, more: dict[str, Any]) -> None:
        key = attrs.evolve(api_key(), **more)
        await keys.add(key)
        assert await keys.find(key.id) == key

    async def test_what_was_never_added_is_not_found(self, keys: ApiKeyStore) -> None:
        await keys.add(api_key())
        assert await keys.find(api_key().id) is None
        assert await keys.find("") is None

    async def test_added_again_it_is_the_same(self, keys: ApiKeyStore) -> None:
        key = api_key()
        await keys.add(key)
        await keys.add(key)
        assert list(await keys.page(after="", limit=10)) == [key]

    async def test_an_id_is_given_once(self, keys: ApiKeyStore) -> None:
        key = api_key()
        await keys.add(key)
        with pytest.raises(ConflictError):
            await keys.add(attrs.evolve(key, tenant=OTHER_TENANTS[0]))
        assert await keys.find(key.id) == key

    async def test_a_key_is_revoked_once_and_for_all(self, keys: ApiKeyStore) -> None:
        key, other = api_key(), api_key()
        await gather(keys.add(each) for each in (key, other))
        assert await keys.revoke(key.id, now=NOW)
        assert await keys.revoke(key.id, now=LATER)
        assert await keys.find(key.id) == attrs.evolve(key, revoked_at=NOW)
        assert await keys.find(other.id) == other

    async def test_what_is_not_there_can_not_be_revoked(self, keys: ApiKeyStore) -> None:
        assert not await keys.revoke(api_key().id, now=NOW)
        assert list(await keys.page(after="", limit=10)) == []

    async def test_digest_is_replaced_once(self, keys: ApiKeyStore) -> None:
        key, other = api_key(), api_key()
        await gather(keys.add(each) for each in (key, other))
        assert not await keys.replace_digest(key.id, old=other.digest, new="1" * 64)
        assert not await keys.replace_digest("0" * 16, old=key.digest, new="1" * 64)
        assert await keys.replace_digest(key.id, old=key.digest, new="2" * 64)
        assert not await keys.replace_digest(key.id, old=key.digest, new="3" * 64)
        assert await keys.find(key.id) == attrs.evolve(key, digest="2" * 64)
        assert await keys.find(other.id) == other

    async def test_pages_hold_each_key_once_in_order(self, keys: ApiKeyStore) -> None:
        all_keys = [api_key() for _ in range(7)]
        await gather(keys.add(key) for key in all_keys)
        found = list[ApiKey]()
        while page := await keys.page(after=found[-1].id if found else "", limit=3):
            assert len(page) <= 3
            found += page
        assert found == sorted(all_keys, key=lambda key: key.id)


def api_key() -> ApiKey:
    """A key with an id of its own."""
    return ApiKey(
        id=secrets.token_hex(8),
        tenant=TENANT,
        scope=Scope.WRITE,
        digest=secrets.token_hex(32),
        created_at=NOW,
    )
