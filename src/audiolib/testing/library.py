"""One whole library over the fakes."""

import typing
from typing import Any

import attrs

from audiolib.adapters.filesystem.local_audio import FilesystemLocalAudio
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
    MemoryRecords,
    MemoryTempCleaner,
    MemoryTempFiles,
)
from audiolib.adapters.shared.usage_store import RecordUsageStore
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.temp_file import AllowedSources, TempFile
from audiolib.domain.use_cases.audio_library import (
    AudioLibrary,
    LibraryPorts,
    LibraryRuntime,
    assemble_library,
)
from audiolib.domain.use_cases.library.save_audio import SavePolicy
from audiolib.ports.audio_inspector import AudioInspector
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
    usage: MemoryRecords = attrs.field(factory=lambda: MemoryRecords(due="oldest"))

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
class InMemoryLibrary(AudioLibrary):
    """The real use cases of one process, with faults at the ports beneath them."""

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
    plan = FaultPlan(known_calls(LibraryPorts))

    def port(real: object, name: str) -> Any:
        return FaultyPort(real, name, faults or plan)

    ports = LibraryPorts(
        source=port(MemoryAudioSource(world.temp_files), "source"),
        local=port(FilesystemLocalAudio(), "local"),
        cleaner=port(MemoryTempCleaner(world.temp_files), "cleaner"),
        store=port(world.objects, "store"),
        repo=port(MemoryMetadataRepo(world.assets), "repo"),
        outbox=port(MemoryCleanupOutbox(world.assets), "outbox"),
        intents=port(MemoryIntentLog(world.assets), "intents"),
        inventory=port(MemoryInventory(world.assets), "inventory"),
        schema=port(MemoryDocumentSchema(world.assets), "schema"),
        usage_store=port(RecordUsageStore(world.usage), "usage_store"),
        inspector=StreamInspector(),
    )
    runtime = LibraryRuntime(
        now=world.clock,
        new_asset_id=world.ids.asset_id,
        new_fence=world.ids.fence,
        jitter=lambda: 0.5,
    )
    library: InMemoryLibrary = assemble_library(
        ports,
        runtime,
        policy=policy or SavePolicy(sources=AllowedSources([GENERATOR])),
        quota=quota or Quota(),
        library_type=InMemoryLibrary,
        faults=plan,
        world=world,
    )
    return library


def known_calls(ports: type) -> frozenset[str]:
    """Return `port.method` for each call of a class such as LibraryPorts that may fail: those of an
    inspector do no I/O."""
    return frozenset(
        f"{name}.{method}"
        for name, port in typing.get_type_hints(ports).items()
        if port is not AudioInspector
        for method in port.__abstractmethods__
    )
