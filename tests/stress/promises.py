"""Real processes race for one thing; an outbox outlives a killed worker and a failing generator."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.resilience.races.children import (
    children,
    drained_by_processes,
    puts_of_processes,
    saves_of_processes,
)
from tests.resilience.races.fork_server import nursery
from tests.resilience.races.interleaved import saves_in_memory
from tests.resilience.races.outage import an_hour_of_failures, failures_for_ever
from tests.resilience.races.rounds import processes
from tests.servers import ACCESS_KEY, SECRET_KEY, seaweedfs, secantus
from tests.stores import EMBEDDED, server_environment
from tests.stress.figures import Figure, scaled

PARALLEL, RACERS, BATCH = 100, 16, 32


def run(scale: float) -> Iterator[Figure]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    yield from asyncio.run(_in_memory(scaled(200, scale)))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with seaweedfs(folder) as s3, secantus(folder) as mongo, nursery() as orders:
            for name, count in (("SQLite", 2), ("MongoDB", 4)):

                def environment(name: str = name) -> dict[str, str]:
                    if name == "SQLite":
                        return EMBEDDED
                    return server_environment(s3, mongo, "pymongo") | {"OBJECT_STORE": "filesystem"}

                title = f"{name}, {count} processes"
                there = folder / name
                yield from asyncio.run(
                    _raced(title, orders, environment(), there / "races", count, scale)
                )
                yield from asyncio.run(
                    _drained(title, orders, environment(), there / "drain", count, scale)
                )
                yield from asyncio.run(_recovered(name, environment(), there / "hour", scale))
                yield from asyncio.run(_for_ever(name, environment(), there / "day", scale))


async def _in_memory(rounds: int) -> list[Figure]:
    wrong = 0
    for seed in range(rounds):
        counts = await saves_in_memory(rounds=1, parallel=PARALLEL, seed=seed)
        wrong += counts.total() - counts["rounds"] - counts["answers"]
    return [
        Figure(name="memory: orders of 100 saves, one key", measured=rounds, at_least=rounds),
        Figure(name="memory: other than one asset", measured=wrong, at_most=0),
    ]


async def _raced(
    title: str,
    orders: IO[bytes],
    environment: dict[str, str],
    folder: Path,
    count: int,
    scale: float,
) -> list[Figure]:
    rounds = scaled(200, scale)
    async with (
        processes(environment, folder, 1) as (container,),
        children(orders, environment, folder, count) as started,
    ):
        saves = await saves_of_processes(
            started, container, folder, rounds=rounds, parallel=PARALLEL
        )
        puts = await puts_of_processes(
            started, container, rounds=rounds, each=RACERS // count, size=1000
        )
        large = await puts_of_processes(
            started, container, rounds=scaled(10, scale), each=RACERS // count, size=6_000_000
        )
    answers = saves.pop("answers")
    counted = saves.pop("rounds"), puts.pop("rounds") + large.pop("rounds")
    return [
        Figure(name=f"{title}: rounds of saves", measured=counted[0], at_least=rounds),
        Figure(name=f"{title}: answers", measured=answers, at_least=rounds * PARALLEL),
        Figure(name=f"{title}: other than one asset", measured=saves.total(), at_most=0),
        Figure(name=f"{title}: keys raced for by 16", measured=counted[1], at_least=rounds),
        Figure(
            name=f"{title}: other than one winner",
            measured=puts.total() + large.total(),
            at_most=0,
        ),
    ]


async def _drained(
    title: str,
    orders: IO[bytes],
    environment: dict[str, str],
    folder: Path,
    count: int,
    scale: float,
) -> list[Figure]:
    promises = max(2 * BATCH, scaled(1000, scale))
    async with (
        processes(environment, folder, 1) as (container,),
        children(orders, environment, folder, count) as started,
    ):
        found = await drained_by_processes(started, container, folder, promises=promises)
    lost = promises - found["kept"] + found["temp files left"]
    doubled = found["at the same time"] + promises - found["claimed once"] - BATCH
    return [
        Figure(name=f"{title}: promises", measured=found["promises"], at_least=promises),
        Figure(name=f"{title}: promises lost", measured=lost, at_most=0),
        Figure(name=f"{title}: leased to two at once", measured=doubled, at_most=0),
        Figure(
            name=f"{title}: of a killed worker, taken over",
            measured=found["claimed twice"],
            at_least=BATCH,
            at_most=BATCH,
        ),
    ]


async def _recovered(
    name: str, environment: dict[str, str], folder: Path, scale: float
) -> list[Figure]:
    # Fewer waits than these would leave a tenth of the jitter empty by chance.
    promises = max(20, scaled(1000 if name == "SQLite" else 200, scale))
    async with processes(environment, folder, 2, over_http=True) as two:
        recovery = await an_hour_of_failures(two, promises)
    return [
        Figure(
            name=f"{name}: kept after an hour of 500",
            measured=recovery.kept,
            at_least=promises,
            at_most=promises,
        ),
        Figure(
            name=f"{name}: slowest from then",
            measured=recovery.slowest,
            at_most=901,
            unit="s",
        ),
        Figure(
            name=f"{name}: faults of the full jitter",
            measured=len(recovery.jitter_faults),
            at_most=0,
        ),
    ]


async def _for_ever(
    name: str, environment: dict[str, str], folder: Path, scale: float
) -> list[Figure]:
    promises = scaled(100 if name == "SQLite" else 10, scale)
    async with processes(environment, folder, 2, over_http=True) as two:
        ends = await failures_for_ever(two, promises)
    return [
        Figure(
            name=f"{name}: dead after a day of 500, and not before",
            measured=ends["dead"],
            at_least=promises,
            at_most=promises,
        )
    ]
