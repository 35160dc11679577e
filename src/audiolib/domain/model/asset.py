"""An audio asset: its document is intent, truth and outbox at once."""

import enum
from datetime import datetime, timedelta

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
    """When a save was called off, and when its stem is swept next."""

    since: datetime
    purge_at: datetime


@attrs.frozen(kw_only=True)
class AudioAsset:
    """Sizes in bytes, duration in seconds; `fence` is the random token of the running attempt."""

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
    fence: str = ""
    lease_until: datetime | None = None
    cleanup: Cleanup = attrs.field(factory=Cleanup)
    idempotency: Idempotency | None = None
    tombstone: Tombstone | None = None
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
    def stem(self) -> ObjectKeyPrefix:
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
            lease_until=None,
            cleanup=cleanup,
            updated_at=now,
        )

    def is_commit_of(self, ready: "AudioAsset") -> bool:
        """Whether this is what committing `ready` leads to, edited or not since."""
        uncommitted = (AssetState.PENDING, AssetState.ABORTED, AssetState.QUARANTINED)
        committed = self.state not in uncommitted
        return committed and (self.id, self.fence) == (ready.id, ready.fence)

    def aborted(self, *, now: datetime, purge_after: timedelta = timedelta(0)) -> "AudioAsset":
        """This intent called off: its idempotency key is free again, its stem is to be swept."""
        released = self.idempotency and attrs.evolve(self.idempotency, key=None)
        return attrs.evolve(
            self,
            state=AssetState.ABORTED,
            lease_until=None,
            idempotency=released,
            # Called off after the copy it already promises one; its temp file is all there is.
            cleanup=Cleanup(),
            tombstone=Tombstone(since=now, purge_at=now + purge_after),
            updated_at=now,
        )
