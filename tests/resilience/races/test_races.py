"""Short races; the long ones are `python -m tests.stress races`."""

from pathlib import Path

from audiolib.domain.model.identifiers import ObjectKey
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from tests.resilience.races.interleaved import saves_in_memory
from tests.resilience.races.rounds import promises_drained, puts_of_one_key, saves_under_one_key


async def test_a_hundred_saves_under_one_key_are_one_asset(
    two_processes: list[Container], tmp_path: Path
) -> None:
    counts = await saves_under_one_key(two_processes, tmp_path, rounds=3, parallel=100)
    assert counts == {"rounds": 3, "answers": 300}
    store = await resolve(two_processes[0].store())
    for found in [found async for found in store.list_objects()]:
        await store.delete(ObjectKey.parse(found.key))


async def test_in_memory_too_in_whatever_order_the_calls_come() -> None:
    for seed in range(5):
        counts = await saves_in_memory(rounds=2, parallel=100, seed=seed)
        assert counts == {"rounds": 2, "answers": 200}


async def test_sixteen_puts_of_one_key_have_one_winner(two_processes: list[Container]) -> None:
    stores = [await resolve(container.store()) for container in two_processes]
    assert await puts_of_one_key(stores, rounds=2, racers=16, size=1000) == {"rounds": 2}


async def test_workers_drain_the_outbox_and_one_that_dies_is_replaced(
    two_processes: list[Container],
) -> None:
    assert await promises_drained(two_processes, 100) == {
        "promises": 100,
        "held by the dead one": 32,
        "waited for its lease": 32,
        "kept": 100,
    }
