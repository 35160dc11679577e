"""Several processes over one world, their faults, and what must hold after every step.

Whoever drives it decides what happens: Hypothesis, or a seed.
"""

from collections import Counter
from functools import cache, partial

from tests.model_based.invariants import (
    RememberedAssets,
    WatchedObjects,
    check_always,
    check_recovered,
    documents,
    ready,
)
from tests.model_based.processes import Process, Task

from audiolib import SaveAudio, TempFile, Tenant
from audiolib.adapters.memory import MemoryTempFiles
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.identifiers import AssetId
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
    "store.sweep",
]
STREAMS = ("source.open", "store.put")
CLEANUP_CALLS = ["outbox.claim", "outbox.settle", "cleaner.delete"]
RECOVER_CALLS = ["intents.fence_expired", "intents.due_sweeps", "intents.mark_swept", "store.sweep"]

DAY = 86_400.0
TO_THE_END = 10_000

Trouble = dict[str, list[Fault]]


def new_world() -> World:
    clock, assets = FakeClock(), RememberedAssets()
    objects = WatchedObjects(now=clock)
    objects.assets, objects.written, objects.sent, objects.whole = assets, Counter(), [], {}
    return World(
        clock=clock,
        ids=FakeIds(clock),
        temp_files=MemoryTempFiles(chunk_size=512),
        objects=objects,
        assets=assets,
    )


@cache
def _sound(number: int) -> bytes:
    return wav(0.05 + number / 100, streamed=0 if number % 2 else None)


def run_alone(effect: Effect) -> None:
    task = Task(effect())  # type: ignore[arg-type]
    while not task.done:
        task.step()


class SaveMachine:
    """One method for each thing that can happen."""

    def __init__(self) -> None:
        self.world = new_world()
        self.late: list[Effect] = []
        self.processes = [Process(self.world, self.late) for _ in range(PROCESSES)]
        self.generated: dict[TempFile, bytes] = {}
        self.urls: list[str] = []
        self.acknowledged: set[AssetId] = set()
        self.saves: list[Task] = []
        self.generate()

    @property
    def tasks(self) -> list[Task]:
        return [task for process in self.processes for task in process.tasks]

    def generate(self) -> None:
        number = len(self.urls)
        library = in_memory_library(world=self.world)
        self.urls.append(library.generate(f"speech-{number}.wav", _sound(number)))
        self.generated.update(self.world.temp_files.files)

    def save(
        self,
        process: int,
        tenant: Tenant,
        key: str | None,
        url: int,
        trouble: Trouble,
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

    def clean_up(self, process: int, trouble: Trouble, steps: int) -> None:
        self._arm(process, trouble)
        self._step(self.processes[process].clean_up(), steps)

    def recover(self, process: int, trouble: Trouble, steps: int) -> None:
        self._arm(process, trouble)
        self._step(self.processes[process].recover(), steps)

    def go_on(self, which: int, steps: int) -> None:
        tasks = self.tasks
        self._step(tasks[which % len(tasks)], steps)

    def deliver_again(self, which: int) -> None:
        assert isinstance(self.world.objects, WatchedObjects)
        if self.world.objects.sent:
            run_alone(partial(self.world.objects.deliver_again, which))

    def fail_over(self) -> None:
        assert isinstance(self.world.assets, RememberedAssets)
        self.world.assets.fail_over()

    def kill(self, process: int) -> None:
        self.processes[process].kill()
        self.processes[process] = Process(self.world, self.late)

    def take_effect_late(self, which: int) -> None:
        run_alone(self.late.pop(which % len(self.late)))

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds=seconds)

    def let_leases_run_out(self, process: int) -> None:
        self.world.clock.advance(seconds=121)
        self._step(self.processes[process].recover(), TO_THE_END)

    def nothing_is_lost(self) -> None:
        check_always(self.world, self.acknowledged, self.generated)

    def finish(self) -> None:
        """Faults are over, time passes, clients repeat what failed: all must be well."""
        for process in self.processes:
            process.chaos.armed.clear()
            for task in list(process.tasks):
                self._step(task, TO_THE_END)
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
                self._step(again, TO_THE_END)
                assert again.acknowledged, f"a retry fails with {again.error!r}"

    def _can_succeed(self, command: SaveAudio) -> bool:
        temp_file = command.temp_file(self.processes[0].library.save_audio.policy.sources)
        wanted = command.idempotency(temp_file)
        for asset in ready(self.world):
            held = asset.attempt.idempotency
            if held and (asset.tenant, held.key) == (command.tenant, wanted.key):
                return held.fingerprint == wanted.fingerprint
        return temp_file in self.world.temp_files.files

    def _arm(self, process: int, trouble: Trouble) -> None:
        for call, faults in trouble.items():
            self.processes[process].chaos.armed[call] += faults

    def _settle(self, seconds: float) -> None:
        self.world.clock.advance(seconds=seconds)
        for _ in range(3):
            for task in (self.processes[0].recover(), self.processes[0].clean_up()):
                self._step(task, TO_THE_END)
            self.world.clock.advance(seconds=1000)

    def _step(self, task: Task, steps: int) -> None:
        for _ in range(steps):
            if task.done:
                break
            task.step()
            self._look_at(task)
        for process in self.processes:
            process.tasks = [other for other in process.tasks if not other.done]

    def _look_at(self, task: Task) -> None:
        if task.acknowledged is not None and task.command is not None:
            policy = self.processes[0].library.save_audio.policy
            asked = task.command.temp_file(policy.sources)
            assert task.acknowledged.asset.storage.original == asked, "another asset is answered"
            self.acknowledged.add(task.acknowledged.asset.id)
        if task.done and task.error is not None:
            assert isinstance(task.error, AudioLibraryError), repr(task.error)
        self.nothing_is_lost()

    def _stored(self) -> list[str]:
        keys: list[str] = []

        async def list_all() -> None:
            keys.extend([found.key async for found in self.world.objects.list_objects("")])

        run_alone(list_all)
        return keys
