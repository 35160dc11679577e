"""The real use cases over the fakes: faults, crashes and other processes at any port call."""

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.protocol.invariants import (
    WatchedObjects,
    check_always,
    check_recovered,
    documents,
    ready,
)
from tests.protocol.processes import Process, Task

from audiolib import SaveAudio, TempFile, Tenant
from audiolib.adapters.memory import MemoryAssets, MemoryTempFiles
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.naming import AssetId
from audiolib.testing import FakeClock, FakeIds, Fault, World, in_memory_library, wav
from audiolib.testing.faults import Effect

PROCESSES = 3
TENANTS = [
    Tenant(customer_id="acme", user_id="ann"),
    Tenant(customer_id="acme", user_id="bob"),
    Tenant(customer_id="acmee", user_id="ann"),
]
KEYS = [None, "key-1", "key-2"]
FAULTS = [Fault(kind="fail"), Fault(kind="fail_after"), Fault(kind="unknown")]
CUTS = [Fault(kind="truncate", keep=0), Fault(kind="truncate", keep=1000)]
# The commit is where most rests, so most faults fall there.
SAVE_CALLS = [
    "repo.commit",
    "repo.commit",
    "repo.begin",
    "repo.abort",
    "repo.renew_lease",
    "source.open",
    "store.put",
    "store.presign",
    "store.purge",
]
STREAMS = ("source.open", "store.put")
CLEANUP_CALLS = ["outbox.claim", "outbox.settle", "cleaner.delete"]
RECOVER_CALLS = ["intents.fence_expired", "intents.to_purge", "intents.purged", "store.purge"]


def trouble(calls: list[str]) -> st.SearchStrategy[dict[str, list[Fault]]]:
    """Faults, one after the other, at some call or two."""

    def at(call: str) -> st.SearchStrategy[tuple[str, list[Fault]]]:
        faults = FAULTS + CUTS if call in STREAMS else FAULTS
        several = st.lists(st.sampled_from(faults), min_size=1, max_size=3)
        return st.tuples(st.just(call), several)

    return st.lists(st.sampled_from(calls).flatmap(at), max_size=2).map(dict)


DAY = 86_400.0


def new_world() -> World:
    clock, assets = FakeClock(), MemoryAssets()
    objects = WatchedObjects(now=clock)
    objects.assets, objects.written, objects.seen = assets, Counter(), {}
    return World(
        clock=clock,
        ids=FakeIds(clock),
        temp_files=MemoryTempFiles(chunk_size=512),
        objects=objects,
        assets=assets,
    )


def finish(task: Task) -> None:
    while not task.done:
        task.step()


def run_alone(effect: Effect) -> None:
    task = Task(effect())  # type: ignore[arg-type]
    finish(task)


class SaveProtocol(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = new_world()
        self.late: list[Effect] = []
        self.processes = [Process(self.world, self.late) for _ in range(PROCESSES)]
        self.generated: dict[TempFile, bytes] = {}
        self.urls: list[str] = []
        self.acknowledged: set[AssetId] = set()
        self.saves: list[Task] = []
        self.generate()

    @rule()
    def generate(self) -> None:
        number = len(self.urls)
        library = in_memory_library(world=self.world)
        self.urls.append(
            library.generate(
                f"speech-{number}.wav", wav(0.05 + number / 100, streamed=0 if number % 2 else None)
            )
        )
        self.generated.update(self.world.temp_files.files)

    @rule(
        process=st.integers(0, PROCESSES - 1),
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
        trouble: dict[str, list[Fault]],
        steps: int,
    ) -> None:
        self._arm(process, trouble)
        task = self.processes[process].save(
            SaveAudio(
                tenant=tenant,
                audio_url=self.urls[url % len(self.urls)],
                text="Hello",
                voice="tone",
                idempotency_key=key,
            )
        )
        self.saves.append(task)
        self._step(task, steps)

    @rule(
        process=st.integers(0, PROCESSES - 1),
        trouble=trouble(CLEANUP_CALLS),
        steps=st.integers(0, 20),
    )
    def clean_up(self, process: int, trouble: dict[str, list[Fault]], steps: int) -> None:
        self._arm(process, trouble)
        self._step(self.processes[process].clean_up(), steps)

    @rule(
        process=st.integers(0, PROCESSES - 1),
        trouble=trouble(RECOVER_CALLS),
        steps=st.integers(0, 20),
    )
    def recover(self, process: int, trouble: dict[str, list[Fault]], steps: int) -> None:
        self._arm(process, trouble)
        self._step(self.processes[process].recover(), steps)

    @precondition(lambda self: any(process.tasks for process in self.processes))
    @rule(which=st.integers(0, 50), steps=st.integers(1, 30))
    def go_on(self, which: int, steps: int) -> None:
        tasks = [task for process in self.processes for task in process.tasks]
        self._step(tasks[which % len(tasks)], steps)

    @rule(process=st.integers(0, PROCESSES - 1))
    def kill(self, process: int) -> None:
        self.processes[process].kill()
        self.processes[process] = Process(self.world, self.late)

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 50))
    def take_effect_late(self, which: int) -> None:
        run_alone(self.late.pop(which % len(self.late)))

    @rule(seconds=st.sampled_from([0.001, 1.0, 25.0, 121.0, 3600.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds=seconds)

    @rule(process=st.integers(0, PROCESSES - 1))
    def let_leases_run_out(self, process: int) -> None:
        self.world.clock.advance(seconds=121)
        self._step(self.processes[process].recover(), 10_000)

    @invariant()
    def nothing_is_lost(self) -> None:
        check_always(self.world, self.acknowledged, self.generated)

    def teardown(self) -> None:
        for process in self.processes:
            process.chaos.armed.clear()
            for task in list(process.tasks):
                self._step(task, 10_000)
        self.nothing_is_lost()
        while self.late:
            run_alone(self.late.pop())
        self._settle(seconds=121)
        self._settle(seconds=121)
        check_recovered(self.world, self._stored(), tombstones=True)
        self._retry_what_failed()
        self._settle(seconds=7 * DAY)
        check_recovered(self.world, self._stored(), tombstones=False)
        assert len(documents(self.world)) == len(ready(self.world)), "tombstones outlive their time"

    def _retry_what_failed(self) -> None:
        """With the faults over, a client that repeats its request gets its asset."""
        for save in self.saves:
            assert save.command is not None
            if save.acknowledged is None and self._can_succeed(save.command):
                again = self.processes[0].save(save.command)
                self._step(again, 10_000)
                assert again.acknowledged, f"a retry fails with {again.error!r}"

    def _can_succeed(self, command: SaveAudio) -> bool:
        temp_file = command.temp_file(self.processes[0].library.save.policy.sources)
        wanted = command.idempotency(temp_file)
        for asset in ready(self.world):
            held = asset.idempotency
            if held and (asset.tenant, held.key) == (command.tenant, wanted.key):
                return held.fingerprint == wanted.fingerprint
        return temp_file in self.world.temp_files.files

    def _arm(self, process: int, trouble: dict[str, list[Fault]]) -> None:
        for call, faults in trouble.items():
            self.processes[process].chaos.armed[call] += faults

    def _settle(self, seconds: float) -> None:
        self.world.clock.advance(seconds=seconds)
        for _ in range(3):
            for task in (self.processes[0].recover(), self.processes[0].clean_up()):
                self._step(task, 10_000)
            self.world.clock.advance(seconds=1000)

    def _step(self, task: Task, steps: int) -> None:
        for _ in range(steps):
            if task.done:
                break
            task.step()
            self.nothing_is_lost_now(task)
        for process in self.processes:
            process.tasks = [other for other in process.tasks if not other.done]

    def nothing_is_lost_now(self, task: Task) -> None:
        if task.acknowledged is not None and task.command is not None:
            policy = self.processes[0].library.save.policy
            asked = task.command.temp_file(policy.sources)
            assert task.acknowledged.asset.storage.original == asked, "another asset is answered"
            self.acknowledged.add(task.acknowledged.asset.id)
        if task.done and task.error is not None:
            assert isinstance(task.error, AudioLibraryError), repr(task.error)
        self.nothing_is_lost()

    def _stored(self) -> list[str]:
        keys: list[str] = []

        async def list_all() -> None:
            keys.extend([found.key async for found in self.world.objects.objects("")])

        run_alone(list_all)
        return keys


TestSaveProtocol = SaveProtocol.TestCase
TestSaveProtocol.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
