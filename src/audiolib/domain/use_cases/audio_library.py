"""AudioLibrary: every use case under one name, assembled in one place."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.objects import ByteRange
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.access.enforce_quota import EnforceQuota, NoQuota
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavedAudio, SavePolicy
from audiolib.domain.use_cases.library.save_command import SaveAudio, SaveRecording
from audiolib.domain.use_cases.maintenance.migrate import MigrateDocuments
from audiolib.domain.use_cases.maintenance.quarantine import Quarantine
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.domain.use_cases.maintenance.reconcile import ReconcileLibrary
from audiolib.domain.use_cases.maintenance.reindex import ReindexLibrary
from audiolib.domain.use_cases.maintenance.scrub import ScrubLibrary
from audiolib.ports.audio_inspector import AudioInspector
from audiolib.ports.audio_source import AudioSource, OpenedAudio
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.document_schema import DocumentSchema
from audiolib.ports.gather import Defer, Gather, call_at_once, gather_sequentially
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.inventory import Inventory
from audiolib.ports.local_audio import LocalAudio
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore, OpenedObject
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.ports.usage_store import UsageStore


@attrs.frozen(kw_only=True)
class LibraryPorts:
    """What a library is built over; each adapter passes its port's contract suite."""

    source: AudioSource
    local: LocalAudio
    cleaner: TempCleaner
    store: ObjectStore
    repo: MetadataRepo
    outbox: CleanupOutbox
    intents: IntentLog
    inventory: Inventory
    schema: DocumentSchema
    usage_store: UsageStore
    inspector: AudioInspector


@attrs.frozen(kw_only=True)
class LibraryRuntime:
    """Time, chance and concurrency, as the process has them, or as a test decides."""

    now: Callable[[], datetime]
    new_asset_id: Callable[[], AssetId]
    new_fence: Callable[[], str]
    jitter: Callable[[], float]
    gather: Gather = gather_sequentially
    defer: Defer = call_at_once
    start_workers: Callable[["AudioLibrary"], None] | None = None
    """Keeps cleanups and recovery going until the library is closed."""


@attrs.frozen(kw_only=True)
class AudioLibrary:
    """One library: what users do by methods, what operators do by the use cases it holds."""

    save_audio: SaveAudioToLibrary
    browse: BrowseLibrary
    listen: ListenToAudio
    clean_up: CleanUpTempFiles
    recover: RecoverSaves
    rebuild: RebuildAsset
    reconcile: ReconcileLibrary
    reindex: ReindexLibrary
    scrub: ScrubLibrary
    quarantine: Quarantine
    migrate: MigrateDocuments
    quota: EnforceQuota
    ports: LibraryPorts
    runtime: LibraryRuntime

    def save(self, command: SaveAudio) -> Awaitable[SavedAudio]:
        """Save a generator's temp file; see `SaveAudioToLibrary` for the errors."""
        return self.save_audio(command)

    async def save_file(self, path: object, *, tenant: Tenant, **described: Any) -> SavedAudio:
        """Save the audio file at `path`, which stays where it is; `described` are the other fields
        of `SaveRecording`, such as text, voice and title.

        Raises: as `save`; SourceNotFoundError, if there is no such file.
        """
        name = str(path).replace("\\", "/").rpartition("/")[2]
        command = SaveRecording(tenant=tenant, **({"filename": name} | described))
        return await self.save_audio.save_recording(
            command, lambda: self.ports.local.open(str(path))
        )

    async def save_bytes(self, data: bytes, *, tenant: Tenant, **described: Any) -> SavedAudio:
        """Save audio that is in memory; `described` as in `save_file`. Raises: as `save`."""
        command = SaveRecording(tenant=tenant, **described)
        return await self.save_audio.save_recording(command, lambda: _open_bytes(data))

    async def page(self, tenant: Tenant, request: PageRequest = PageRequest()) -> Page:
        """Return one page of assets, newest first. Raises: MetadataUnavailableError."""
        return await self.browse.page(tenant, request)

    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset:
        """Raises: AssetNotFoundError, also for an asset of another tenant; as `page`."""
        return await self.browse.get(tenant, asset_id)

    @asynccontextmanager
    async def open_audio(
        self, tenant: Tenant, asset_id: AssetId, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        """Stream an asset's bytes, or a part of them, verified as they pass.

        Raises: as `get`; AssetCorruptError, RangeNotSatisfiableError, StorageUnavailableError.
        """
        async with self.listen.open(await self.get(tenant, asset_id), part) as opened:
            yield opened

    async def presign(
        self, tenant: Tenant, asset_id: AssetId, expires_in: timedelta | None = None
    ) -> PresignedUrl:
        """Return a fresh link. Raises: as `get`; InvalidRequestError naming `expires_in`."""
        return await self.listen.presign(tenant, asset_id, expires_in)

    def start_workers(self) -> None:
        """Run cleanups and recovery in the background until the library is closed.

        Raises: RuntimeError, where the library was built without a way to run them.
        """
        if self.runtime.start_workers is None:
            raise RuntimeError("call clean_up() and recover() instead: nothing runs by itself here")
        self.runtime.start_workers(self)


def assemble_library(
    ports: LibraryPorts,
    runtime: LibraryRuntime,
    *,
    policy: SavePolicy,
    quota: Quota = Quota(),
    library_type: type[AudioLibrary] = AudioLibrary,
    **more: Any,
) -> Any:
    """Return a library over the ports; `more` are fields of a `library_type` of one's own."""
    now, store, repo, inventory = runtime.now, ports.store, ports.repo, ports.inventory
    browse = BrowseLibrary(repo=repo)
    enforce_quota = EnforceQuota(
        usage_store=ports.usage_store, inventory=inventory, quota=quota, now=now
    )
    rebuild = RebuildAsset(
        store=store,
        repo=repo,
        inspector=ports.inspector,
        now=now,
        new_fence=runtime.new_fence,
        url_ttl=policy.url_ttl,
    )
    return library_type(
        save_audio=SaveAudioToLibrary(
            source=ports.source,
            store=store,
            repo=repo,
            inspector=ports.inspector,
            policy=policy,
            now=now,
            new_asset_id=runtime.new_asset_id,
            new_fence=runtime.new_fence,
            quota=enforce_quota if quota.limits else NoQuota(),
            defer=runtime.defer,
        ),
        browse=browse,
        listen=ListenToAudio(library=browse, store=store, url_ttl=policy.url_ttl),
        clean_up=CleanUpTempFiles(
            outbox=ports.outbox,
            cleaner=ports.cleaner,
            now=now,
            jitter=runtime.jitter,
            gather=runtime.gather,
        ),
        recover=RecoverSaves(intents=ports.intents, store=store, now=now),
        rebuild=rebuild,
        reconcile=ReconcileLibrary(store=store, inventory=inventory, rebuild=rebuild),
        reindex=ReindexLibrary(store=store, inventory=inventory, rebuild=rebuild),
        scrub=ScrubLibrary(store=store, inventory=inventory, now=now),
        quarantine=Quarantine(inventory=inventory, repo=repo, rebuild=rebuild, now=now),
        migrate=MigrateDocuments(schema=ports.schema),
        quota=enforce_quota,
        ports=ports,
        runtime=runtime,
        **more,
    )


@asynccontextmanager
async def _open_bytes(data: bytes) -> AsyncIterator[OpenedAudio]:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    yield OpenedAudio(chunks=chunks(), size=len(data), etag=None)
