"""ApiKeys: what a key is made of, and for whom it answers."""

import os
from datetime import timedelta

import pytest

from audiolib import Tenant
from audiolib.adapters.memory import MemoryRecords
from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.domain.model.access import Principal, Scope
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.testing import FakeClock

ANN = Tenant(customer_id="acme", user_id="ann")


def keys(clock: FakeClock) -> ApiKeys:
    store = RecordApiKeyStore(MemoryRecords())
    return ApiKeys(store=store, peppers=[b"p" * 32], now=clock, random_bytes=os.urandom)


async def test_a_new_key_is_stored_with_what_was_asked() -> None:
    clock = FakeClock()
    ring = keys(clock)
    key, token = await ring.create(ANN, Scope.READ, label="laptop", expires_in=timedelta(days=1))
    assert (key.tenant, key.scope, key.label) == (ANN, Scope.READ, "laptop")
    assert (key.created_at, key.expires_at) == (clock(), clock() + timedelta(days=1))
    assert list(await ring.page()) == [key]
    assert token.to_string() not in repr(key)
    plain, _ = await ring.create(ANN)
    assert (plain.scope, plain.label, plain.expires_at) == (Scope.WRITE, "", None)


async def test_a_token_answers_for_its_tenant_until_it_ends() -> None:
    clock = FakeClock()
    ring = keys(clock)
    key, token = await ring.create(ANN, Scope.READ, expires_in=timedelta(seconds=60))
    principal = Principal(tenant=ANN, scope=Scope.READ, key_id=key.id)
    assert await ring.authenticate(token.to_string()) == principal
    clock.advance(seconds=59.999)
    assert await ring.authenticate(token.to_string()) == principal
    clock.advance(seconds=0.001)
    assert await ring.authenticate(token.to_string()) is None


async def test_a_revoked_key_and_an_unknown_one_are_alike() -> None:
    ring = keys(FakeClock())
    key, token = await ring.create(ANN)
    assert await ring.revoke(key.id)
    assert not await ring.revoke("0" * 16)
    assert await ring.authenticate(token.to_string()) is None
    assert await ring.authenticate(token.to_string().replace(key.id, "0" * 16)) is None


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_pages_go_on_after_the_last_key(limit: int) -> None:
    ring = keys(FakeClock())
    made = {(await ring.create(ANN))[0].id for _ in range(5)}
    found, after = list[str](), ""
    while page := await ring.page(after=after, limit=limit):
        assert len(page) <= limit
        found += [key.id for key in page]
        after = found[-1]
    assert found == sorted(made)
