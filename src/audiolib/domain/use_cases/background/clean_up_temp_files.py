"""CleanUpTempFiles: keeps the promises that commits made."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import attrs

from audiolib.domain.model.cleanup import CleanupResult, CleanupState, CleanupTask
from audiolib.domain.model.errors import CleanupRefusedError, SourceUnavailableError
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.gather import Gather, gather_sequentially
from audiolib.ports.temp_cleaner import TempCleaner


@attrs.frozen(kw_only=True)
class CleanupPolicy:
    """Full-jitter backoff from `first_wait`, doubling to `longest_wait`; dead after `give_up`, but
    not before `least_tries`: no worker may have run."""

    batch: int = 32
    lease: timedelta = timedelta(seconds=120)
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(minutes=15)
    give_up: timedelta = timedelta(hours=24)
    least_tries: int = 12


@attrs.frozen(kw_only=True)
class CleanUpTempFiles:
    """Drains the outbox; any number may run at once, in any number of processes."""

    outbox: CleanupOutbox
    cleaner: TempCleaner
    policy: CleanupPolicy = CleanupPolicy()
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    """A random number from 0 to 1."""
    gather: Gather = gather_sequentially

    async def __call__(self) -> tuple[CleanupResult, ...]:
        """Try one batch. Returns: how each attempt ended. Raises: MetadataUnavailableError."""
        now = self.now()
        lease_until = now + self.policy.lease
        tasks = await self.outbox.claim(now=now, lease_until=lease_until, limit=self.policy.batch)
        last_start = lease_until - self.policy.lease / 2
        attempts = [partial(self._attempt, task, last_start) for task in tasks]
        results = [result for result in await self.gather(attempts) if result is not None]
        if results:
            await self.outbox.settle(results)
        return tuple(results)

    async def _attempt(self, task: CleanupTask, last_start: datetime) -> CleanupResult | None:
        if self.now() >= last_start:
            return None  # the lease may not last: it is claimed again when that is over
        try:
            await self.cleaner.delete(task.temp_file, etag=task.etag)
        except CleanupRefusedError as refused:
            return CleanupResult(task=task, state=CleanupState.DEAD, error=str(refused))
        except SourceUnavailableError as failed:
            return self._later(task, str(failed))
        return CleanupResult(task=task, state=CleanupState.DONE)

    def _later(self, task: CleanupTask, error: str) -> CleanupResult:
        now = self.now()
        if now - task.since >= self.policy.give_up and task.attempt >= self.policy.least_tries:
            return CleanupResult(task=task, state=CleanupState.DEAD, error=error)
        doubled = self.policy.first_wait * 2 ** min(task.attempt, 30)
        wait = min(doubled, self.policy.longest_wait) * self.jitter()
        return CleanupResult(
            task=task,
            state=CleanupState.DUE,
            next_attempt_at=now + timedelta(milliseconds=wait // timedelta(milliseconds=1)),
            error=error,
        )
