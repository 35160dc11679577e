"""Level A: the real use cases over the fakes, on every processor."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.model_based.schedules import Ran, run_schedule
from tests.stress.figures import Figure, scaled

# Other seeds than the short form has.
FIRST = 1_000_000


def run(scale: float) -> Iterator[Figure]:
    count = scaled(10_000, scale)
    seeds = range(FIRST, FIRST + count)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        ran = list(pool.map(run_schedule, seeds, chunksize=50))
    broken = [each.broken for each in ran if each.broken]
    for each in broken[:3]:
        print(each)
    yield Figure(name="schedules of faults", measured=len(ran), at_least=count)
    yield Figure(name="saves acknowledged", measured=_sum(ran, "acknowledged"), at_least=count)
    for promise, name in (
        ("I1", "acknowledged saves lost or not whole"),
        ("I2", "temp files deleted too early"),
        ("I3", "orphans after recovery"),
        ("I5", "duplicates"),
        ("I6", "promises left open"),
    ):
        times = sum(each.startswith(promise) for each in broken)
        yield Figure(name=name, measured=times, at_least=0, at_most=0)
    yield Figure(name="promises broken, of whatever kind", measured=len(broken), at_most=0)


def _sum(ran: list[Ran], what: str) -> int:
    return sum(getattr(each, what) for each in ran)
