"""The contract of the port UsageStore."""

from datetime import timedelta

import attrs
import pytest

from audiolib.domain.model.quota import Quota, Reservation, TenantUsage, Usage
from audiolib.ports.usage_ledger import UsageStore
from audiolib.testing.contracts.samples import NOW, OTHER_TENANTS, TENANT, gather, new_id

LARGE = 2**53 + 1
"""More than a JavaScript number or a 32-bit integer holds."""


@pytest.mark.asyncio
class UsageStoreContract:
    """Override the fixture `ledger`: a ledger without tallies."""

    @pytest.fixture
    def ledger(self) -> UsageStore:
        raise NotImplementedError("override the fixture `ledger`: a ledger without tallies")

    async def test_there_is_no_tally_before_the_first(self, ledger: UsageStore) -> None:
        assert await ledger.get(TENANT) is None
        assert not await ledger.put(TENANT, TenantUsage(version=2), expected=1)
        assert await ledger.get(TENANT) is None

    async def test_what_was_put_is_there(self, ledger: UsageStore) -> None:
        held = TenantUsage().reserve(new_id(), LARGE, Quota(), NOW)
        tally = attrs.evolve(held, kept=Usage(objects=3, size=LARGE), version=7)
        assert await ledger.put(TENANT, tally, expected=None)
        assert await ledger.get(TENANT) == tally
        assert await ledger.get(OTHER_TENANTS[0]) is None

    async def test_the_first_is_put_once(self, ledger: UsageStore) -> None:
        first = [TenantUsage(kept=Usage(objects=n), version=1) for n in range(8)]
        won = await gather(ledger.put(TENANT, each, expected=None) for each in first)
        assert sum(won) == 1
        assert await ledger.get(TENANT) == first[won.index(True)]

    async def test_of_many_who_replace_one_version_one_wins(self, ledger: UsageStore) -> None:
        await ledger.put(TENANT, TenantUsage(version=1), expected=None)
        next_ones = [TenantUsage(kept=Usage(objects=n), version=2) for n in range(8)]
        won = await gather(ledger.put(TENANT, each, expected=1) for each in next_ones)
        assert sum(won) == 1
        assert await ledger.get(TENANT) == next_ones[won.index(True)]

    async def test_counting_by_compare_and_set_loses_nothing(self, ledger: UsageStore) -> None:
        async def add_one() -> None:
            while True:
                found = await ledger.get(TENANT)
                before = found or TenantUsage()
                after = before.recounted(Usage(objects=before.kept.objects + 1))
                version = None if found is None else found.version
                if await ledger.put(TENANT, after, expected=version):
                    return

        await gather(add_one() for _ in range(10))
        found = await ledger.get(TENANT)
        assert found is not None
        assert found.kept == Usage(objects=10)

    async def test_tenants_count_for_themselves(self, ledger: UsageStore) -> None:
        tenants = (TENANT, *OTHER_TENANTS)
        for place, tenant in enumerate(tenants):
            assert await ledger.put(tenant, TenantUsage(kept=Usage(objects=place)), expected=None)
        for place, tenant in enumerate(tenants):
            assert await ledger.get(tenant) == TenantUsage(kept=Usage(objects=place))

    async def test_old_reservations_are_found(self, ledger: UsageStore) -> None:
        for minutes, tenant in enumerate((TENANT, *OTHER_TENANTS)):
            held = {new_id(): Reservation(size=1, since=NOW + timedelta(minutes=minutes))}
            await ledger.put(tenant, TenantUsage(reserved=held), expected=None)
        before = NOW + timedelta(minutes=1)
        assert list(await ledger.with_reservations(before=before, limit=9)) == [TENANT]
        assert len(await ledger.with_reservations(before=NOW + timedelta(days=1), limit=2)) == 2
        assert list(await ledger.with_reservations(before=NOW, limit=9)) == []
        released = TenantUsage(version=1)
        assert await ledger.put(TENANT, released, expected=0)
        assert list(await ledger.with_reservations(before=before, limit=9)) == []
