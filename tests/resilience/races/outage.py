"""A generator that fails for hours, and workers whose clock passes those hours at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random

import attrs
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.testing.clock import FakeClock
from tests.resilience.races.promised import promised

_ROUND = timedelta(seconds=1)
"""The worker looks once a second."""


@attrs.define
class Generator:
    """Answers every cleanup with one status."""

    status: int = 500
    deleted: Counter[str] = attrs.field(factory=Counter)

    async def delete(self, request: web.Request) -> web.Response:
        self.deleted[request.match_info["name"]] += self.status == 200
        return web.json_response({"success": self.status == 200}, status=self.status)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Its base URL."""
        app = web.Application()
        app.router.add_delete("/api/cleanup/temp/{name}", self.delete)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")


@attrs.define(kw_only=True)
class Outage:
    """Everything promised, and when each promise came to its end."""

    workers: Sequence[CleanUpTempFiles]
    clock: FakeClock
    due: dict[AssetId, datetime]
    ended: dict[AssetId, tuple[CleanupState, datetime]] = attrs.field(factory=dict)
    waits: list[tuple[int, float]] = attrs.field(factory=list)
    """After which attempt how many seconds were waited."""

    @classmethod
    async def begun(cls, containers: Sequence[Container], promises: int, *, base: str) -> "Outage":
        clock, jitter = FakeClock(), Random(8)
        assets = await promised(containers[0], promises, since=clock(), base=base)
        workers = [
            attrs.evolve(
                (await resolve(container.library())).clean_up, now=clock, jitter=jitter.random
            )
            for container in containers
        ]
        return cls(workers=workers, clock=clock, due={asset.id: clock() for asset in assets})

    async def pass_time(self, span: timedelta) -> None:
        """Works until all is over, or `span` is."""
        until = self.clock() + span
        while self.due:
            await asyncio.gather(*(self._drain(worker) for worker in self.workers))
            following = max(min(self.due.values(), default=until), self.clock() + _ROUND)
            if following > until:
                break
            self._advance_to(following)
        self._advance_to(until)

    async def _drain(self, worker: CleanUpTempFiles) -> None:
        while results := await worker():
            now = self.clock()
            for result in results:
                if result.next_attempt_at is None:
                    del self.due[result.task.asset_id]
                    self.ended[result.task.asset_id] = result.state, now
                else:
                    self.due[result.task.asset_id] = result.next_attempt_at
                    wait = result.next_attempt_at - now
                    self.waits.append((result.task.attempt, wait.total_seconds()))

    def _advance_to(self, moment: datetime) -> None:
        self.clock.advance(seconds=(moment - self.clock()).total_seconds())

    def jitter_faults(self) -> list[str]:
        """Where waits go beyond their bounds, or keep away from a part of what is within."""
        shares = [(wait / min(2.0**attempt, 900.0), attempt) for attempt, wait in self.waits]
        faults = [f"attempt {n}: {share} of the bound" for share, n in shares if not 0 <= share < 1]
        tenths = Counter(int(share * 10) for share, _ in shares)
        faults += [f"no wait in tenth {n}" for n in range(10) if not tenths[n]]
        return faults


@attrs.frozen(kw_only=True)
class Recovery:
    """An hour of 500, then well: how long the last promise took from then, in seconds."""

    kept: int
    slowest: float
    deleted_twice: int
    jitter_faults: list[str]
    attempts: int


async def an_hour_of_failures(containers: Sequence[Container], promises: int) -> Recovery:
    generator = Generator()
    async with generator.running() as base:
        outage = await Outage.begun(containers, promises, base=base)
        await outage.pass_time(timedelta(hours=1))
        generator.status = 200
        well_again = outage.clock()
        await outage.pass_time(timedelta(hours=1))
    kept = [at for state, at in outage.ended.values() if state is CleanupState.DONE]
    return Recovery(
        kept=len(kept),
        slowest=max((at - well_again).total_seconds() for at in kept),
        deleted_twice=sum(times > 1 for times in generator.deleted.values()),
        jitter_faults=outage.jitter_faults(),
        attempts=len(outage.waits),
    )


async def failures_for_ever(containers: Sequence[Container], promises: int) -> Counter[str]:
    """Counts the ends, early ones apart, after a day and the longest wait."""
    async with Generator().running() as base:
        outage = await Outage.begun(containers, promises, base=base)
        promised_at = outage.clock()
        await outage.pass_time(timedelta(hours=24, minutes=15, seconds=1))
    day = timedelta(hours=24)
    return Counter(
        state.value if at - promised_at >= day else f"{state.value} too early"
        for state, at in outage.ended.values()
    )
