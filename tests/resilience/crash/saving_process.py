"""What a process does that may be killed at any moment: a save, its cleanup, a recovery."""

import os
import signal
from collections.abc import Callable

import attrs

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.testing import Fault, Faults, FaultyPort
from audiolib.testing.faults import Effect
from tests.resilience.crash.disk import Disk, command


@attrs.define
class KillAt(Faults):
    """SIGKILL at the nth moment: before a call, after it, or before a chunk. Never for 0."""

    nth: int
    moments: int = 0

    def next(self, call: str) -> Fault | None:
        return None

    async def before(self, call: str) -> None:
        self.moments += 1
        if self.moments == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def postpone(self, effect: Effect) -> None:
        raise AssertionError("no fault of this plan is postponed")


async def work(disk: Disk, name: str, faults: Faults, say: Callable[[str], None]) -> None:
    """Says `saved ID`, or `refused CODE`, as soon as it is so."""
    async with disk.opened() as container:
        save = (await resolve(container.library())).save_audio
        store = FaultyPort(save.store, "store", faults)
        save = attrs.evolve(
            save,
            source=FaultyPort(save.source, "source", faults),
            store=store,
            repo=FaultyPort(save.repo, "repo", faults),
        )
        try:
            saved = await save(command(name))
            say(f"saved {saved.asset.id}")
        except AudioLibraryError as refused:
            say(f"refused {refused.code}")
        clean_up = (await resolve(container.library())).clean_up
        recover = (await resolve(container.library())).recover
        await _afterwards(
            attrs.evolve(
                clean_up,
                outbox=FaultyPort(clean_up.outbox, "outbox", faults),
                cleaner=FaultyPort(clean_up.cleaner, "cleaner", faults),
            ),
            attrs.evolve(
                recover, intents=FaultyPort(recover.intents, "intents", faults), store=store
            ),
            say,
        )


async def _afterwards(
    clean_up: Callable[[], object], recover: Callable[[], object], say: Callable[[str], None]
) -> None:
    for work in (clean_up, recover):
        try:
            await resolve(work())
        except AudioLibraryError as refused:
            say(f"later {refused.code}")
