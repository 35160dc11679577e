"""The promise to delete a temp file, kept inside the asset's own document (the outbox)."""

import enum
from datetime import datetime

import attrs

from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.temp_file import TempFile


class CleanupState(enum.Enum):
    """`due` and `leased` are open; `done`, `dead` and `skipped` are ends."""

    NONE = "none"
    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    SKIPPED = "skipped"


@attrs.frozen(kw_only=True)
class Cleanup:
    """How far the promise is kept; `attempts` counts claims, `since` is when it was made."""

    state: CleanupState = CleanupState.NONE
    attempts: int = 0
    since: datetime | None = None
    next_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    etag: str | None = None
    last_error: str | None = None

    @classmethod
    def due(cls, now: datetime, etag: str | None) -> "Cleanup":
        return cls(state=CleanupState.DUE, since=now, next_attempt_at=now, etag=etag)

    def leased(self, until: datetime) -> "Cleanup":
        return attrs.evolve(
            self, state=CleanupState.LEASED, attempts=self.attempts + 1, lease_until=until
        )

    def revived(self, now: datetime) -> "Cleanup | None":
        """A dead promise as if it had just been made; None when this is not dead.

        Attempts go on counting: the count distinguishes a lease from an older one.
        """
        if self.state is not CleanupState.DEAD:
            return None
        return attrs.evolve(self, state=CleanupState.DUE, since=now, next_attempt_at=now)

    def unleased(self, now: datetime) -> "Cleanup":
        """Return this promise for another store, without its lease."""
        if self.state is not CleanupState.LEASED:
            return self
        return attrs.evolve(self, state=CleanupState.DUE, next_attempt_at=now, lease_until=None)

    def settled(self, result: "CleanupResult") -> "Cleanup | None":
        """How this stands after an attempt; None when the attempt's lease is not the last one."""
        if self.state is not CleanupState.LEASED or self.attempts != result.task.attempt:
            return None
        return attrs.evolve(
            self,
            state=result.state,
            next_attempt_at=result.next_attempt_at,
            lease_until=None,
            last_error=result.error,
        )


@attrs.frozen(kw_only=True)
class CleanupTask:
    """One claimed promise; `attempt` is its lease's fence: a later claim makes it void."""

    asset_id: AssetId
    temp_file: TempFile
    etag: str | None
    attempt: int
    since: datetime


@attrs.frozen(kw_only=True)
class CleanupResult:
    """How an attempt ended: `done`, `dead`, or `due` again at `next_attempt_at`."""

    task: CleanupTask
    state: CleanupState
    next_attempt_at: datetime | None = None
    error: str | None = None
