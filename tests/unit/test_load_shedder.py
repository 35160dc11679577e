"""How much is taken on at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from audiolib import Tenant
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.problem_details import OverloadedError, RateLimitedError

ANN = Tenant(customer_id="acme", user_id="ann")
OTHERS = [Tenant(customer_id="acme", user_id=f"u{n}") for n in range(10)]


def admission(**limits: float) -> LoadShedder:
    whole = {"most": 3, "most_per_tenant": 2, "queue": 2, "queue_wait": 0.05} | limits
    return LoadShedder("saves", **whole)  # type: ignore[arg-type]


async def test_a_tenant_has_a_limit_of_its_own() -> None:
    door = admission()
    async with AsyncExitStack() as inside:
        for _ in range(2):
            await inside.enter_async_context(door.slot(ANN))
        with pytest.raises(RateLimitedError) as refused:
            await inside.enter_async_context(door.slot(ANN))
        assert refused.value.retry_after > 0
        with pytest.raises(RateLimitedError):
            door.refuse_beyond(ANN)
        await inside.enter_async_context(door.slot(OTHERS[0]))
    async with door.slot(ANN):
        door.refuse_beyond(ANN)


async def test_those_who_wait_get_the_next_turn() -> None:
    door, ended = admission(queue_wait=5), []

    async def work(tenant: Tenant, seconds: float) -> None:
        async with door.slot(tenant):
            await asyncio.sleep(seconds)
            ended.append(tenant)

    await asyncio.gather(*(work(tenant, 0.01) for tenant in OTHERS[:5]))
    assert ended == OTHERS[:5]


async def test_beyond_the_queue_is_refused_at_once() -> None:
    door = admission(queue_wait=5)
    async with AsyncExitStack() as inside:
        for tenant in OTHERS[:3]:
            await inside.enter_async_context(door.slot(tenant))
        waiting = [asyncio.create_task(door.slot(t).__aenter__()) for t in OTHERS[3:5]]
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await inside.enter_async_context(door.slot(OTHERS[5]))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        door.refuse_beyond(OTHERS[5])


async def test_who_waits_too_long_is_refused() -> None:
    door = admission()
    async with AsyncExitStack() as inside:
        for tenant in OTHERS[:3]:
            await inside.enter_async_context(door.slot(tenant))
        with pytest.raises(OverloadedError):
            await inside.enter_async_context(door.slot(OTHERS[3]))
    async with AsyncExitStack() as inside:
        for tenant in OTHERS[:3]:
            await inside.enter_async_context(door.slot(tenant))


async def test_a_failure_inside_gives_the_place_back() -> None:
    door = admission(most=1, most_per_tenant=1, queue=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="inside"):
            async with door.slot(ANN):
                raise ValueError("inside")
    async with door.slot(ANN):
        pass
