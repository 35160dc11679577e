"""The contract of the port UsageStore."""

from datetime import timedelta

import attrs
import pytest

from audiolib.domain.model.quota import Quota, Reservation, TenantUsage, Usage
from audiolib.ports.usage_store import UsageStore
from audiolib.testing.contracts.samples import NOW, OTHER_TENANTS, TENANT, gather, new_id

LARGE = 2**53 + 1
"""More than a JavaScript number or a 32-bit integer holds."""


@pytest.mark.asyncio
class UsageStoreContract:
    """Override the fixture `usages`: an empty store."""

    @pytest.fixture
    def usages(self) -> UsageStore:
        raise NotImplementedError("override the fixture `usages`: an empty store")

    async def test_there_is_no_usage_before_the_first(self, usages: UsageStore) -> None:
        assert await usages.get(TENANT) is None
        assert not await usages.put(TENANT, TenantUsage(version=2), expected=1)
        assert await usages.get(TENANT) is None

    async def test_what_was_put_is_there(self, usages: UsageStore) -> None:
        held = TenantUsage().reserve(new_id(), LARGE, Quota(), NOW)
        usage = attrs.evolve(held, kept=Usage(objects=3, size=LARGE), version=7)
        assert await usages.put(TENANT, usage, expected=None)
        assert await usages.get(TENANT) == usage
        assert await usages.get(OTHER_TENANTS[0]) is None

    async def test_the_first_is_put_once(self, usages: UsageStore) -> None:
        first = [TenantUsage(kept=Usage(objects=n), version=1) for n in range(8)]
        won = await gather(usages.put(TENANT, each, expected=None) for each in first)
        assert sum(won) == 1
        assert await usages.get(TENANT) == first[won.index(True)]

    async def test_of_many_who_replace_one_version_one_wins(self, usages: UsageStore) -> None:
        await usages.put(TENANT, TenantUsage(version=1), expected=None)
        next_ones = [TenantUsage(kept=Usage(objects=n), version=2) for n in range(8)]
        won = await gather(usages.put(TENANT, each, expected=1) for each in next_ones)
        assert sum(won) == 1
        assert await usages.get(TENANT) == next_ones[won.index(True)]

    async def test_counting_by_compare_and_set_loses_nothing(self, usages: UsageStore) -> None:
        async def add_one() -> None:
            while True:
                found = await usages.get(TENANT)
                before = found or TenantUsage()
                after = before.recounted(Usage(objects=before.kept.objects + 1))
                version = None if found is None else found.version
                if await usages.put(TENANT, after, expected=version):
                    return

        await gather(add_one() for _ in range(10))
        found = await usages.get(TENANT)
        assert found is not None
        assert found.kept == Usage(objects=10)

    async def test_tenants_count_for_themselves(self, usages: UsageStore) -> None:
        tenants = (TENANT, *OTHER_TENANTS)
        for place, tenant in enumerate(tenants):
            assert await usages.put(tenant, TenantUsage(kept=Usage(objects=place)), expected=None)
        for place, tenant in enumerate(tenants):
            assert await usages.get(tenant) == TenantUsage(kept=Usage(objects=place))

    async def test_old_reservations_are_found(self, usages: UsageStore) -> None:
        for minutes, tenant in enumerate((TENANT, *OTHER_TENANTS)):
            held = {new_id(): Reservation(size=1, since=NOW + timedelta(minutes=minutes))}
            await usages.put(tenant, TenantUsage(reserved=held), expected=None)
        before = NOW + timedelta(minutes=1)
        assert list(await usages.with_reservations(before=before, limit=9)) == [TENANT]
        assert len(await usages.with_reservations(before=NOW + timedelta(days=1), limit=2)) == 2
        assert list(await usages.with_reservations(before=NOW, limit=9)) == []
        released = TenantUsage(version=1)
        assert await usages.put(TENANT, released, expected=0)
        assert list(await usages.with_reservations(before=before, limit=9)) == []
