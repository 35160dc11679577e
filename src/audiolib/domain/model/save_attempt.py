"""How an asset comes to be: the attempt to save it, with its fence, its lease and its key."""

from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.idempotency import Idempotency


@attrs.frozen(kw_only=True)
class Tombstone:
    """When a save was called off, and when its key prefix is swept next."""

    since: datetime
    purge_at: datetime


@attrs.frozen(kw_only=True)
class SaveAttempt:
    """`fence` is the random token of the attempt that may commit the asset, and of no other.

    `lease_until` is None once the attempt has ended; `tombstone` is there if it was called off.
    """

    fence: str = ""
    lease_until: datetime | None = None
    idempotency: Idempotency | None = None
    tombstone: Tombstone | None = None

    @property
    def idempotency_key(self) -> str | None:
        """The key that a repeated request is recognised by, as long as the attempt holds it."""
        return None if self.idempotency is None else self.idempotency.key

    @property
    def fingerprint(self) -> str | None:
        """The digest of what was asked for."""
        return None if self.idempotency is None else self.idempotency.fingerprint

    def is_expired(self, now: datetime) -> bool:
        """Whether the attempt runs under a lease that has ended."""
        return self.lease_until is not None and self.lease_until < now

    def committed(self) -> "SaveAttempt":
        """The attempt after its commit, without its lease."""
        return attrs.evolve(self, lease_until=None)

    def aborted(self, now: datetime, purge_after: timedelta) -> "SaveAttempt":
        """The attempt called off: its key is free again, its key prefix is to be swept."""
        return attrs.evolve(
            self,
            lease_until=None,
            idempotency=self.idempotency and attrs.evolve(self.idempotency, key=None),
            tombstone=Tombstone(since=now, purge_at=now + purge_after),
        )
