"""The test of the test: every rule broken on purpose must be noticed, from seeds never seen."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.model_based.mutants import MUTANTS, Hunted, Mutant, hunt
from tests.stress.figures import Figure

MOST = 4_000
FIRST = 2_000_000


def run(scale: float) -> Iterator[Figure]:
    del scale  # each stops as soon as it is noticed
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hunted = list(pool.map(_hunt, MUTANTS))
    for each in hunted:
        print(f"   {each.mutant}: {each.schedules} schedules: {each.noticed}")
    caught = sum(each.noticed is not None for each in hunted)
    yield Figure(
        name="mutants caught", measured=caught, at_least=len(MUTANTS), at_most=len(MUTANTS)
    )
    slowest = max(each.schedules for each in hunted)
    yield Figure(name="schedules for the hardest one", measured=slowest, at_most=MOST)


def _hunt(mutant: Mutant) -> Hunted:
    with tempfile.TemporaryDirectory() as folder:
        return hunt(mutant, Path(folder), first=FIRST, most=MOST)
