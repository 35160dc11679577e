"""Short races of real processes; the long ones are `python -m tests.stress races`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import pytest

from audiolib.entrypoints.bootstrap.library_container import Container
from tests.resilience.races.children import (
    Child,
    children,
    drained_by_processes,
    puts_of_processes,
    saves_of_processes,
)
from tests.resilience.races.fork_server import nursery
from tests.resilience.races.rounds import processes
from tests.stores import server_environment


@pytest.fixture(scope="module")
def orders() -> Iterator[IO[bytes]]:
    with nursery() as orders:
        yield orders


@pytest.fixture(params=["SQLite", "MongoDB"])
async def racers(
    request: pytest.FixtureRequest, tmp_path: Path, orders: IO[bytes]
) -> AsyncIterator[tuple[list[Child], Container]]:
    """Two processes on the files of one disk, or four clients of one MongoDB."""
    environment, count = {}, 2
    if request.param == "MongoDB":
        servers = [request.getfixturevalue(name) for name in ("s3_server", "mongo_server")]
        environment, count = server_environment(*servers, "pymongo"), 4
        environment["OBJECT_STORE"] = "filesystem"
    async with (
        processes(environment, tmp_path, 1) as (container,),
        children(orders, environment, tmp_path, count) as started,
    ):
        yield started, container


async def test_processes_that_race_for_one_key_make_one_asset_and_one_object(
    racers: tuple[list[Child], Container], tmp_path: Path
) -> None:
    started, container = racers
    saves = await saves_of_processes(started, container, tmp_path, rounds=2, parallel=100)
    assert saves == {"rounds": 2, "answers": 200}
    each = 16 // len(started)
    assert await puts_of_processes(started, container, rounds=4, each=each, size=1000) == {
        "rounds": 4
    }


async def test_a_worker_killed_half_way_is_stood_in_for_by_another_process(
    racers: tuple[list[Child], Container], tmp_path: Path
) -> None:
    assert await drained_by_processes(*racers, tmp_path, promises=120) == {
        "promises": 120,
        "held by the killed one": 32,
        "waited for its lease": 32,
        "kept": 120,
        "claimed once": 88,
        "claimed twice": 32,
        "deleted by the others": 120,
    }
