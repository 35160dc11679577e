"""One whole library over the fakes."""

from typing import Any

import attrs

from audiolib.adapters.inspect import StreamInspector
from audiolib.adapters.memory import (
    MemoryAssets,
    MemoryAudioSource,
    MemoryCleanupOutbox,
    MemoryDocumentSchema,
    MemoryIntentLog,
    MemoryInventory,
    MemoryMetadataRepo,
    MemoryObjectStore,
    MemoryTempCleaner,
    MemoryTempFiles,
    MemoryUsageLedger,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.temp_file import SourceBases, TempFile
from audiolib.domain.use_cases.access.enforce_quota import KeepQuota
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavePolicy
from audiolib.domain.use_cases.maintenance.migrate import MigrateDocuments
from audiolib.domain.use_cases.maintenance.quarantine import Quarantine
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.domain.use_cases.maintenance.reconcile import ReconcileLibrary
from audiolib.domain.use_cases.maintenance.reindex import ReindexLibrary
from audiolib.domain.use_cases.maintenance.scrub import ScrubLibrary
from audiolib.testing.clock import FakeClock, FakeIds
from audiolib.testing.faults import FaultPlan, Faults
from audiolib.testing.faulty_port import FaultyPort
from audiolib.testing.sounds import wav

GENERATOR = "http://generator.test"


@attrs.frozen(kw_only=True)
class World:
    """What outlives a process: the generator's temp folder, both stores, and time itself."""

    clock: FakeClock
    ids: FakeIds
    temp_files: MemoryTempFiles
    objects: MemoryObjectStore
    assets: MemoryAssets
    ledger: MemoryUsageLedger = attrs.field(factory=MemoryUsageLedger)

    @classmethod
    def new(cls) -> "World":
        clock = FakeClock()
        return cls(
            clock=clock,
            ids=FakeIds(clock),
            temp_files=MemoryTempFiles(),
            objects=MemoryObjectStore(now=clock),
            assets=MemoryAssets(),
        )


@attrs.frozen(kw_only=True)
class InMemoryLibrary:
    """The real use cases of one process, with faults at the ports beneath them."""

    save: SaveAudioToLibrary
    browse: BrowseLibrary
    listen: ListenToAudio
    clean_up: CleanUpTempFiles
    recover: RecoverSaves
    reconcile: ReconcileLibrary
    reindex: ReindexLibrary
    scrub: ScrubLibrary
    quarantine: Quarantine
    migrate: MigrateDocuments
    quota: KeepQuota
    faults: FaultPlan
    world: World

    def generate(self, name: str = "speech.wav", data: bytes | None = None) -> str:
        """Put a temp file at the generator. Returns: its audio_url."""
        temp_file = TempFile(base=GENERATOR, name=TempName(name))
        self.world.temp_files.files[temp_file] = wav() if data is None else data
        return str(temp_file)


def in_memory_library(
    *,
    policy: SavePolicy | None = None,
    world: World | None = None,
    faults: Faults | None = None,
    quota: Quota | None = None,
) -> InMemoryLibrary:
    """A library that needs no server, no disk and no time; every run of it is the same.

    Give two of them one `world`, and they are two processes over the same stores.
    """
    world = world or World.new()
    plan = FaultPlan()

    def port(real: object, name: str) -> Any:
        return FaultyPort(real, name, faults or plan)

    store = port(world.objects, "store")
    repo = port(MemoryMetadataRepo(world.assets), "repo")
    browse = BrowseLibrary(repo=repo)
    inspector = StreamInspector()
    inventory = port(MemoryInventory(world.assets), "inventory")
    keep_quota = KeepQuota(
        ledger=port(world.ledger, "ledger"),
        inventory=inventory,
        quota=quota or Quota(),
        now=world.clock,
    )
    rebuild = RebuildAsset(
        store=store,
        repo=repo,
        inspector=inspector,
        now=world.clock,
        new_fence=world.ids.fence,
    )
    return InMemoryLibrary(
        save=SaveAudioToLibrary(
            source=port(MemoryAudioSource(world.temp_files), "source"),
            store=store,
            repo=repo,
            inspector=inspector,
            policy=policy or SavePolicy(sources=SourceBases([GENERATOR])),
            now=world.clock,
            new_asset_id=world.ids.asset_id,
            new_fence=world.ids.fence,
            quota=keep_quota,
        ),
        browse=browse,
        listen=ListenToAudio(library=browse, store=store),
        clean_up=CleanUpTempFiles(
            outbox=port(MemoryCleanupOutbox(world.assets), "outbox"),
            cleaner=port(MemoryTempCleaner(world.temp_files), "cleaner"),
            now=world.clock,
            jitter=lambda: 0.5,
        ),
        recover=RecoverSaves(
            intents=port(MemoryIntentLog(world.assets), "intents"), store=store, now=world.clock
        ),
        reconcile=ReconcileLibrary(store=store, inventory=inventory, rebuild=rebuild),
        reindex=ReindexLibrary(store=store, inventory=inventory, rebuild=rebuild),
        scrub=ScrubLibrary(store=store, inventory=inventory, now=world.clock),
        quarantine=Quarantine(inventory=inventory, repo=repo, rebuild=rebuild, now=world.clock),
        migrate=MigrateDocuments(schema=port(MemoryDocumentSchema(world.assets), "schema")),
        quota=keep_quota,
        faults=plan,
        world=world,
    )
