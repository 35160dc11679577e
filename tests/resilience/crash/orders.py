"""Which children are killed when, and what came of all of them."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.resilience.crash.disk import SIZES
from tests.resilience.crash.kills import Child

ROOT = Path(__file__).parents[3]


def carried_out(orders: Sequence[Sequence[Child]]) -> list[dict[str, object]]:
    """Each order's verdict; a process for every processor forks the children."""
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(_run, [orders[part::workers] for part in range(workers)]))
    return [verdict for part in parts for verdict in part]


def moments(samples: int) -> int:
    """At how many moments a save of that size may be killed."""
    (found,) = _run([[("a", samples, 0)]])
    (count,) = found["moments"]  # type: ignore[misc]
    return int(count)  # type: ignore[has-type]


def every_moment(name: str) -> list[list[Child]]:
    """A kill at each moment of a save of that size."""
    return [[("a", SIZES[name], at)] for at in range(1, moments(SIZES[name]) + 1)]


def random_orders(count: int, seed: int) -> Iterator[list[Child]]:
    """One to three processes on one disk, some of them killed."""
    dice = random.Random(seed)
    sizes = [SIZES["1 B"], SIZES["64 KiB"], 300_000]
    for _ in range(count):
        children = dice.randint(1, 3)
        yield [("abc"[n], dice.choice(sizes), dice.randint(0, 21)) for n in range(children)]


def summed(verdicts: Sequence[dict[str, object]]) -> Counter[str]:
    """Kills, acknowledged saves, and faults by their first word."""
    counts = Counter[str]()
    for verdict in verdicts:
        counts["kills"] += verdict["killed"]  # type: ignore[call-overload]
        counts["saved"] += verdict["saved"]  # type: ignore[call-overload]
        faults = [*verdict["faults"], *verdict["unforeseen"]]  # type: ignore[misc]
        counts.update(fault.split()[0].rstrip(":") for fault in faults)
    return counts


def _run(orders: Sequence[Sequence[Child]]) -> list[dict[str, object]]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.resilience.crash.kills"],
        cwd=ROOT,
        input="\n".join(json.dumps(order) for order in orders),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]
