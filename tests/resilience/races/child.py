"""One process of several: it is given an order a line, and gives an answer a line."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from audiolib.domain.model.errors import ObjectExistsError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing.contracts.samples import content, payload, pieces
from tests.resilience.crash.disk import command
from tests.resilience.races.rounds import attempt, attributes_of, processes

Say = Callable[[object], None]
_PATIENCE = 60.0


@attrs.define
class MarkedCleaner(TempCleaner):
    """Marks what it is at, for all processes to see; stands still after `hold` of them."""

    folder: Path
    hold: int | None
    say: Say
    begun: int = 0
    deleted: int = 0
    overlaps: int = 0

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        self.begun += 1
        if self.hold is not None and self.begun > self.hold:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.Event().wait()
        mark = self.folder / "busy" / str(temp_file.name)
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            self.overlaps += 1
        await asyncio.sleep(0)
        (self.folder / "temp" / str(temp_file.name)).unlink(missing_ok=True)
        mark.unlink(missing_ok=True)
        self.deleted += 1
        # Not sooner: a mark that the killed leave behind would be taken for two at once.
        if self.deleted == self.hold:
            self.say("holding")


async def save(container: Container, *, name: str, parallel: int) -> list[Any]:
    use_case = (await resolve(container.library())).save_audio
    answers = await asyncio.gather(*(attempt(use_case, command(name)) for _ in range(parallel)))
    return [answer and [str(answer.asset.id), answer.replayed] for answer in answers]


async def put(container: Container, *, key: str, seeds: list[int], size: int) -> list[int]:
    """Returns: the seeds of the bodies that won."""
    store = await resolve(container.store())

    async def race(seed: int) -> bool:
        body = content(*pieces(body_of(seed, size), 1_000_003))
        try:
            await store.put(
                ObjectKey.parse(key),
                body,
                content_type="audio/wav",
                attributes=attributes_of(seed),
            )
        except ObjectExistsError:
            return False
        return True

    won = await asyncio.gather(*(race(seed) for seed in seeds))
    return [seed for seed, winner in zip(seeds, won, strict=True) if winner]


def body_of(seed: int, size: int) -> bytes:
    return payload(size + seed, str(seed))


async def drain(
    container: Container, folder: Path, say: Say, *, later: float, hold: int | None
) -> dict[str, int]:
    cleaner = MarkedCleaner(folder, hold, say)
    clean_up = attrs.evolve(
        (await resolve(container.library())).clean_up,
        cleaner=cleaner,
        now=lambda: utc_now() + timedelta(seconds=later),
    )
    while await clean_up():
        pass
    return {"deleted": cleaner.deleted, "overlaps": cleaner.overlaps}


async def at_work(environment: Mapping[str, str], folder: Path, port: int) -> None:
    """Says its process id first; ends when nobody is there to give orders."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    def say(answer: object) -> None:
        writer.write(json.dumps(answer).encode() + b"\n")

    async with processes(environment, folder, 1) as (container,):
        say(os.getpid())
        while line := await reader.readline():
            work = json.loads(line)
            match work.pop("do"):
                case "save":
                    say(await save(container, **work))
                case "put":
                    say(await put(container, **work))
                case "drain":
                    say(await drain(container, folder, say, **work))
