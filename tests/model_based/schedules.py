"""Schedules that a seed decides: many more of them than Hypothesis has time for."""

import random
from collections.abc import Callable

import attrs
from tests.model_based.invariants import ready
from tests.model_based.machine import (
    CLEANUP_CALLS,
    CUTS,
    FAULTS,
    KEYS,
    PROCESSES,
    RECOVER_CALLS,
    SAVE_CALLS,
    STREAMS,
    TENANTS,
    SaveMachine,
    Trouble,
)

AT_THE_COMMIT = ["repo.commit", "repo.abort", "store.put", "store.sweep"]
"""Between the last chunk and the answer all is decided: a third of the schedules aim there."""


@attrs.frozen(kw_only=True)
class Ran:
    """What one schedule did; `broken` says which promise it saw broken, and how it came to it."""

    seed: int
    acknowledged: int
    committed: int
    broken: str | None


def run_schedule(seed: int, machine: Callable[[], SaveMachine] = SaveMachine) -> Ran:
    """The same seed does the same each time."""
    return _Schedule(seed, machine()).run()


class _Schedule:
    def __init__(self, seed: int, machine: SaveMachine) -> None:
        self.seed = seed
        self.dice = random.Random(seed)
        self.machine = machine
        self.trace: list[str] = []
        self.aimed = seed % 3 == 0

    def run(self) -> Ran:
        broken = None
        try:
            for _ in range(self.dice.randint(4, 24)):
                self._one()
            self._do("finish")
        except AssertionError as failed:
            broken = f"{failed}\n" + "\n".join(self.trace)
        return Ran(
            seed=self.seed,
            acknowledged=len(self.machine.acknowledged),
            committed=len(ready(self.machine.world)),
            broken=broken,
        )

    def _one(self) -> None:
        kinds = ["save"] * 6 + ["go_on"] * 5 + ["generate", "leases"]
        kinds += ["time", "clean_up", "recover", "kill", "late"] * 2 + ["again", "fail_over"]
        kind = self.dice.choice(kinds + (["race"] * 6 if self.aimed else []))
        getattr(self, f"_{kind}")(self.dice.randrange(PROCESSES))

    def _generate(self, _: int) -> None:
        self._do("generate")

    def _save(self, process: int) -> None:
        self._begin(process, self._trouble(SAVE_CALLS), self.dice.randint(0, 60))

    def _go_on(self, _: int) -> None:
        if self.machine.tasks:
            self._do("go_on", self.dice.randrange(50), self.dice.randint(1, 30))

    def _clean_up(self, process: int) -> None:
        self._do("clean_up", process, self._trouble(CLEANUP_CALLS), self.dice.randint(0, 20))

    def _recover(self, process: int) -> None:
        self._do("recover", process, self._trouble(RECOVER_CALLS), self.dice.randint(0, 20))

    def _kill(self, process: int) -> None:
        self._do("kill", process)

    def _late(self, _: int) -> None:
        if self.machine.late:
            self._do("take_effect_late", self.dice.randrange(50))

    def _again(self, _: int) -> None:
        self._do("deliver_again", self.dice.randrange(50))

    def _fail_over(self, _: int) -> None:
        self._do("fail_over")

    def _time(self, _: int) -> None:
        self._do("pass_time", self.dice.choice([0.001, 1.0, 25.0, 121.0, 3600.0]))

    def _leases(self, process: int) -> None:
        self._do("let_leases_run_out", process)

    def _race(self, process: int) -> None:
        """A save gets up to its commit; its lease runs out; another process sweeps meanwhile."""
        self._begin(process, self._trouble(AT_THE_COMMIT), self.dice.randint(8, 30))
        if self.dice.random() < 0.7:
            self._do("let_leases_run_out", (process + 1) % PROCESSES)
        if self.machine.tasks and self.dice.random() < 0.7:
            self._do("go_on", len(self.machine.tasks) - 1, self.dice.randint(1, 40))
        if self.machine.late and self.dice.random() < 0.5:
            self._do("take_effect_late", self.dice.randrange(50))

    def _begin(self, process: int, trouble: Trouble, steps: int) -> None:
        dice = self.dice
        tenant, key = dice.choice(TENANTS), dice.choice(KEYS)
        self._do("save", process, tenant, key, dice.randrange(4), trouble, steps)

    def _trouble(self, calls: list[str]) -> Trouble:
        trouble: Trouble = {}
        for _ in range(self.dice.choice([0, 0, 1, 1, 2])):
            call = self.dice.choice(calls)
            faults = FAULTS + CUTS if call in STREAMS else FAULTS
            trouble[call] = [self.dice.choice(faults) for _ in range(self.dice.randint(1, 3))]
        return trouble

    def _do(self, what: str, *arguments: object) -> None:
        self.trace.append(f"{what}({', '.join(map(str, arguments))})")
        getattr(self.machine, what)(*arguments)
        self.machine.nothing_is_lost()
