"""An audio asset: one document holds the pending save, then the asset and its cleanup."""

import enum
from datetime import datetime, timedelta
from typing import Any

import attrs

from audiolib.domain.model.audio import AudioProperties
from audiolib.domain.model.checksums import BlockChecksums
from audiolib.domain.model.cleanup import Cleanup, CleanupResult, CleanupTask
from audiolib.domain.model.idempotency import Idempotency
from audiolib.domain.model.identifiers import AssetId, ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.metadata import Metadata
from audiolib.domain.model.objects import StoredObject
from audiolib.domain.model.temp_file import TempFile
from audiolib.domain.model.tenant import Tenant


class AssetState(enum.Enum):
    """`pending` until the commit point, `aborted` when called off before it.

    `quarantined` is an unexplained object: kept, and shown to operators only.
    """

    PENDING = "pending"
    READY = "ready"
    TRASHED = "trashed"
    DELETING = "deleting"
    DELETED = "deleted"
    ABORTED = "aborted"
    QUARANTINED = "quarantined"


@attrs.frozen(kw_only=True)
class Storage:
    """Where the bytes are. `url` was signed at save time for other readers of the document."""

    bucket: str
    key: ObjectKey | None = None
    url: str | None = attrs.field(default=None, repr=False)
    url_expires_at: datetime | None = None
    original: TempFile | None = None
    original_url: str = ""


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


@attrs.frozen(kw_only=True)
class AudioAsset:
    """`size` in bytes, `duration` in seconds.

    `version` grows with every change that a listener can see, and is the asset's ETag.
    """

    id: AssetId
    tenant: Tenant
    state: AssetState
    metadata: Metadata
    storage: Storage
    size: int = 0
    sha256: str | None = None
    duration: float | None = None
    content_type: str | None = None
    audio: AudioProperties | None = None
    blocks: BlockChecksums | None = None
    attempt: SaveAttempt = attrs.field(factory=SaveAttempt)
    cleanup: Cleanup = attrs.field(factory=Cleanup)
    created_at: datetime
    updated_at: datetime
    version: int = 1
    trashed_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"Audio - {self.metadata.title}"

    @property
    def filename(self) -> str:
        """What a download of it is called."""
        return f"{self.metadata.title}.{self.key.extension}"

    @property
    def key_prefix(self) -> ObjectKeyPrefix:
        return ObjectKeyPrefix(tenant=self.tenant, asset_id=self.id)

    @property
    def key(self) -> ObjectKey:
        """The key of a committed asset's object."""
        if self.storage.key is None:
            raise ValueError(f"asset {self.id} is {self.state.value} and has no object")
        return self.storage.key

    @property
    def cleanup_task(self) -> CleanupTask:
        """The promise to delete the temp file, as the last claim leased it."""
        if self.storage.original is None or self.cleanup.since is None:
            raise ValueError(f"asset {self.id} promises no cleanup")
        return CleanupTask(
            asset_id=self.id,
            temp_file=self.storage.original,
            etag=self.cleanup.etag,
            attempt=self.cleanup.attempts,
            since=self.cleanup.since,
        )

    def after(self, result: CleanupResult) -> "AudioAsset | None":
        """This asset once a cleanup attempt is settled; None when the attempt's lease is void."""
        cleanup = self.cleanup.settled(result)
        return None if cleanup is None else attrs.evolve(self, cleanup=cleanup)

    def revived(self, now: datetime) -> "AudioAsset | None":
        """This asset with its dead cleanup due again; None when its cleanup is not dead."""
        cleanup = self.cleanup.revived(now)
        return None if cleanup is None else attrs.evolve(self, cleanup=cleanup)

    def committed(
        self,
        *,
        stored: StoredObject,
        blocks: BlockChecksums,
        facts: AudioProperties,
        duration: float | None,
        url: PresignedUrl,
        cleanup: Cleanup,
        now: datetime,
    ) -> "AudioAsset":
        """This intent as the ready asset that its commit will write."""
        return attrs.evolve(
            self,
            state=AssetState.READY,
            storage=attrs.evolve(
                self.storage, key=stored.key, url=url.url, url_expires_at=url.expires_at
            ),
            size=stored.size,
            sha256=stored.sha256,
            duration=duration,
            content_type=stored.content_type,
            audio=facts,
            blocks=blocks,
            attempt=self.attempt.committed(),
            cleanup=cleanup,
            updated_at=now,
        )

    def aborted(self, *, now: datetime, purge_after: timedelta = timedelta(0)) -> "AudioAsset":
        """This intent called off: its idempotency key is free again, its prefix is to be swept."""
        return attrs.evolve(
            self,
            state=AssetState.ABORTED,
            attempt=self.attempt.aborted(now, purge_after),
            # One that is called off after the copy has promised a cleanup already: it is dropped,
            # since the temp file is all there is.
            cleanup=Cleanup(),
            updated_at=now,
        )

    def with_attempt(self, **changes: Any) -> "AudioAsset":
        """This asset with some fields of its attempt changed."""
        return attrs.evolve(self, attempt=attrs.evolve(self.attempt, **changes))

    # What a repeated or a lost write finds in place of the asset that it meant to write.

    def is_held(self, state: AssetState, fence: str) -> bool:
        """Whether it is still in this state, under this fence: then its holder may replace it."""
        return (self.state, self.attempt.fence) == (state, fence)

    def is_commit_of(self, ready: "AudioAsset") -> bool:
        """Whether this is what committing `ready` leads to, edited or not since."""
        uncommitted = (AssetState.PENDING, AssetState.ABORTED, AssetState.QUARANTINED)
        return self.state not in uncommitted and self._is_of(ready)

    def is_abort_of(self, aborted: "AudioAsset") -> bool:
        """Whether the attempt was called off, by any caller."""
        return self.state is AssetState.ABORTED and self.id == aborted.id

    def is_same_write(self, written: "AudioAsset") -> bool:
        """Whether an earlier call put `written` in place."""
        return self.state is written.state and self._is_of(written)

    def _is_of(self, other: "AudioAsset") -> bool:
        return (self.id, self.attempt.fence) == (other.id, other.attempt.fence)
