"""Several processes over one world, run a step at a time by whoever holds the schedule."""

from collections import defaultdict
from collections.abc import Coroutine, Generator
from typing import Any

import attrs

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.use_cases.library.save_audio import SavedAudio
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.testing import Fault, Faults, InMemoryLibrary, World, in_memory_library
from audiolib.testing.faults import Effect


class Killed(BaseException):
    """The process is gone; nothing it still tries has any effect."""


class _Switch:
    """Gives the turn back to the schedule."""

    def __await__(self) -> Generator[None, None, None]:
        yield


@attrs.define(eq=False)
class Chaos(Faults):
    """One process's faults: those armed for a call strike it one after the other."""

    late: list[Effect]
    armed: defaultdict[str, list[Fault]] = attrs.field(factory=lambda: defaultdict(list))
    dead: bool = False

    async def before(self, call: str) -> None:
        await _Switch()
        if self.dead:
            raise Killed

    def next(self, call: str) -> Fault | None:
        return self.armed[call].pop(0) if self.armed[call] else None

    def postpone(self, effect: Effect) -> None:
        self.late.append(effect)


@attrs.define(eq=False)
class Task:
    """One use case on its way, and how it ended; `command` is a save's."""

    coroutine: Coroutine[Any, Any, Any]
    command: SaveAudio | None = None
    result: Any = None
    error: BaseException | None = None
    done: bool = False

    def step(self) -> None:
        self._resume(lambda: self.coroutine.send(None))

    def kill(self) -> None:
        self._resume(lambda: self.coroutine.throw(Killed()))

    def _resume(self, go: Any) -> None:
        try:
            go()
        except StopIteration as end:
            self.result, self.done = end.value, True
        except (AudioLibraryError, Killed) as error:
            self.error, self.done = error, True

    @property
    def acknowledged(self) -> SavedAudio | None:
        return self.result if isinstance(self.result, SavedAudio) else None


class Process:
    """A service process: its use cases, its faults, and what it is doing."""

    def __init__(self, world: World, late: list[Effect]) -> None:
        self.chaos = Chaos(late)
        self.library: InMemoryLibrary = in_memory_library(world=world, faults=self.chaos)
        self.tasks: list[Task] = []

    def save(self, command: SaveAudio) -> Task:
        return self._start(self.library.save(command), command)

    def clean_up(self) -> Task:
        return self._start(self.library.clean_up())

    def recover(self) -> Task:
        return self._start(self.library.recover())

    def kill(self) -> list[Task]:
        """Returns: the tasks that were cut off."""
        self.chaos.dead = True
        cut_off, self.tasks = self.tasks, []
        for task in cut_off:
            while not task.done:
                task.kill()
        return cut_off

    def _start(self, coroutine: Coroutine[Any, Any, Any], command: SaveAudio | None = None) -> Task:
        task = Task(coroutine, command)
        self.tasks.append(task)
        return task
