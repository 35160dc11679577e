"""Saves in memory, where nothing waits by itself: each call gives others some turns first."""

import asyncio
from collections import Counter
from random import Random

from audiolib.testing import Fault, Faults, World, in_memory_library, wav
from audiolib.testing.faults import Effect
from tests.resilience.crash.disk import command
from tests.resilience.races.rounds import one_round


class Turns(Faults):
    """No fault, only an order of the calls that differs from seed to seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def next(self, call: str) -> Fault | None:
        return None

    async def before(self, call: str) -> None:
        for _ in range(self._random.randrange(5)):
            await asyncio.sleep(0)

    def postpone(self, effect: Effect) -> None:
        raise AssertionError("nothing is postponed")


async def saves_in_memory(*, rounds: int, parallel: int, seed: int) -> Counter[str]:
    """As `saves_under_one_key` counts; two processes over one world."""
    world, turns = World.new(), Turns(Random(seed))
    two = [in_memory_library(world=world, faults=turns) for _ in range(2)]
    counts = Counter[str]()
    for number in range(rounds):
        name = f"race{number}"
        two[0].generate(f"{name}.wav", wav(0.01))
        counts += await one_round([library.save for library in two], command(name), parallel)
    counts["objects too many"] = len([x async for x in world.objects.list_objects()]) - rounds
    counts["documents too many"] = len(world.assets.documents) - rounds
    return +counts
