"""The real use cases over the fakes: faults, crashes and other processes at any port call."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
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

from audiolib import Tenant
from audiolib.testing import Fault

_process = st.integers(0, PROCESSES - 1)


def trouble(calls: list[str]) -> st.SearchStrategy[Trouble]:
    """Faults, one after the other, at some call or two."""

    def at(call: str) -> st.SearchStrategy[tuple[str, list[Fault]]]:
        faults = FAULTS + CUTS if call in STREAMS else FAULTS
        several = st.lists(st.sampled_from(faults), min_size=1, max_size=3)
        return st.tuples(st.just(call), several)

    return st.lists(st.sampled_from(calls).flatmap(at), max_size=2).map(dict)


class SaveProtocol(RuleBasedStateMachine):
    """Hypothesis chooses, and shrinks what it finds."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = SaveMachine()

    @rule()
    def generate(self) -> None:
        self.machine.generate()

    @rule(
        process=_process,
        tenant=st.sampled_from(TENANTS),
        key=st.sampled_from(KEYS),
        url=st.integers(0, 3),
        trouble=trouble(SAVE_CALLS),
        steps=st.integers(0, 60),
    )
    def save(
        self,
        process: int,
        tenant: Tenant,
        key: str | None,
        url: int,
        trouble: Trouble,
        steps: int,
    ) -> None:
        self.machine.save(process, tenant, key, url, trouble, steps)

    @rule(process=_process, trouble=trouble(CLEANUP_CALLS), steps=st.integers(0, 20))
    def clean_up(self, process: int, trouble: Trouble, steps: int) -> None:
        self.machine.clean_up(process, trouble, steps)

    @rule(process=_process, trouble=trouble(RECOVER_CALLS), steps=st.integers(0, 20))
    def recover(self, process: int, trouble: Trouble, steps: int) -> None:
        self.machine.recover(process, trouble, steps)

    @precondition(lambda self: self.machine.tasks)
    @rule(which=st.integers(0, 50), steps=st.integers(1, 30))
    def go_on(self, which: int, steps: int) -> None:
        self.machine.go_on(which, steps)

    @rule(process=_process)
    def kill(self, process: int) -> None:
        self.machine.kill(process)

    @precondition(lambda self: self.machine.late)
    @rule(which=st.integers(0, 50))
    def take_effect_late(self, which: int) -> None:
        self.machine.take_effect_late(which)

    @rule(which=st.integers(0, 50))
    def deliver_again(self, which: int) -> None:
        self.machine.deliver_again(which)

    @rule(seconds=st.sampled_from([0.001, 1.0, 25.0, 121.0, 3600.0]))
    def pass_time(self, seconds: float) -> None:
        self.machine.pass_time(seconds)

    @rule(process=_process)
    def let_leases_run_out(self, process: int) -> None:
        self.machine.let_leases_run_out(process)

    @invariant()
    def nothing_is_lost(self) -> None:
        self.machine.nothing_is_lost()

    def teardown(self) -> None:
        self.machine.finish()


TestSaveProtocol = SaveProtocol.TestCase
TestSaveProtocol.settings = settings(
    max_examples=200,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
