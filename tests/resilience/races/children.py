"""Races of real processes: what the system keeps apart is apart here too."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import IO, Any

import attrs

from audiolib.domain.model.cleanup import CleanupState
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing.contracts.samples import new_key
from tests.resilience.crash.disk import SIZES, TENANT, sound
from tests.resilience.races.child import body_of
from tests.resilience.races.promised import in_state, promised
from tests.resilience.races.rounds import attributes_of

_PATIENCE = 60.0
_LEASE_OVER = 180.0


@attrs.frozen
class Child:
    """A process that takes an order at a time."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def do(self, **order: Any) -> Any:
        self.writer.write(json.dumps(order).encode() + b"\n")
        return json.loads(await self.heard())

    async def heard(self) -> bytes:
        async with asyncio.timeout(_PATIENCE):
            line = await self.reader.readline()
        assert line, f"process {self.pid} is gone"
        return line

    async def killed(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        async with asyncio.timeout(_PATIENCE):
            assert await self.reader.read() == b""


@asynccontextmanager
async def children(
    orders: IO[bytes], environment: Mapping[str, str], folder: Path, count: int
) -> AsyncIterator[list[Child]]:
    """`orders`: a nursery's."""
    for name in ("temp", "busy"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    come = asyncio.Queue[Child]()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        child = Child(0, reader, writer)
        come.put_nowait(attrs.evolve(child, pid=int(await child.heard())))

    async with AsyncExitStack() as stack:
        server = await asyncio.start_server(met, "127.0.0.1", 0)
        stack.push_async_callback(server.wait_closed)
        stack.callback(server.close)
        order = {"environment": dict(environment), "folder": str(folder)}
        order["port"] = server.sockets[0].getsockname()[1]
        for _ in range(count):
            orders.write(json.dumps(order).encode() + b"\n")
        orders.flush()
        started = []
        for _ in range(count):
            child = await asyncio.wait_for(come.get(), _PATIENCE)
            stack.callback(child.writer.close)
            started.append(child)
        yield started


async def saves_of_processes(
    racers: Sequence[Child], container: Container, folder: Path, *, rounds: int, parallel: int
) -> Counter[str]:
    """`parallel` saves under one key, spread over the processes; counts what is not one asset."""
    counts = Counter[str]()
    for number in range(rounds):
        name = f"process-race{number}"
        (folder / "temp" / f"{name}.wav").write_bytes(sound(SIZES["1 B"]))
        share = parallel // len(racers)
        answers = await asyncio.gather(
            *(racer.do(do="save", name=name, parallel=share) for racer in racers)
        )
        told = [answer for some in answers for answer in some if answer]
        counts["rounds"] += 1
        counts["answers"] += sum(len(some) for some in answers)
        counts["not one asset"] += len({asset_id for asset_id, _ in told}) != 1
        counts["not one fresh answer"] += [replayed for _, replayed in told].count(False) != 1
    store = await resolve(container.store())
    inventory = await resolve(container.inventory())
    objects = [found.key async for found in store.list_objects(f"{TENANT}/")]
    documents = await inventory.assets(TENANT, after="", limit=10 * rounds + 10)
    counts["objects too many"] = len(objects) - rounds
    counts["documents too many"] = len(documents) - rounds
    return +counts


async def puts_of_processes(
    racers: Sequence[Child], container: Container, *, rounds: int, each: int, size: int
) -> Counter[str]:
    """`each` puts of one key by every process; counts rounds without one winner that stays."""
    store = await resolve(container.store())
    counts = Counter[str]()
    for _ in range(rounds):
        key = new_key()
        answers = await asyncio.gather(
            *(
                racer.do(
                    do="put", key=str(key), seeds=list(range(n * each, (n + 1) * each)), size=size
                )
                for n, racer in enumerate(racers)
            )
        )
        won = [seed for some in answers for seed in some]
        counts["rounds"] += 1
        counts["not one winner"] += len(won) != 1
        async with store.open(key) as opened:
            stays = b"".join([chunk async for chunk in opened.chunks])
        counts["other bytes stay"] += stays not in [body_of(seed, size) for seed in won]
        described = await store.head(key)
        counts["other attributes stay"] += described.attributes not in map(attributes_of, won)
        await store.delete(key)
    counts["unfinished"] = len(await store.list_uploads())
    return +counts


async def drained_by_processes(
    workers: Sequence[Child], container: Container, folder: Path, *, promises: int
) -> Counter[str]:
    """The first worker is killed with a batch half done, while the others go on.

    No promise may be there but these.
    """
    await promised(container, promises, since=utc_now(), base="http://generator.test")
    for number in range(promises):
        (folder / "temp" / f"promise{number}.wav").touch()
    victim, *others = workers
    assert await victim.do(do="drain", later=0, hold=10) == "holding"
    held = await in_state(container, CleanupState.LEASED, promises)
    told, _ = await asyncio.gather(_drain(others, later=0), victim.killed())
    waited = await in_state(container, CleanupState.LEASED, promises)
    told += await _drain(others, later=_LEASE_OVER)
    done = await in_state(container, CleanupState.DONE, promises + 1)
    claims = Counter(asset.cleanup.attempts for asset in done)
    return +Counter(
        {
            "promises": promises,
            "held by the killed one": len(held),
            "waited for its lease": len(waited),
            "kept": len(done),
            "claimed once": claims[1],
            "claimed twice": claims[2],
            "temp files left": len(list((folder / "temp").glob("promise*.wav"))),
            "at the same time": told["overlaps"],
            "deleted by the others": told["deleted"],
        }
    )


async def _drain(workers: Sequence[Child], *, later: float) -> Counter[str]:
    answers = await asyncio.gather(
        *(worker.do(do="drain", later=later, hold=None) for worker in workers)
    )
    return sum((Counter(answer) for answer in answers), Counter())
