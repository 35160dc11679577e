"""The library as the commands use it: the same use cases, without a service between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from audiolib.domain.use_cases.access.enforce_quota import KeepQuota
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary
from audiolib.domain.use_cases.maintenance.migrate import MigrateDocuments
from audiolib.domain.use_cases.maintenance.quarantine import Quarantine
from audiolib.domain.use_cases.maintenance.reconcile import ReconcileLibrary
from audiolib.domain.use_cases.maintenance.reindex import ReindexLibrary
from audiolib.domain.use_cases.maintenance.scrub import ScrubLibrary
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.bootstrap.lifecycle import running, settled
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.settings import Settings
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.inventory import Inventory


@attrs.frozen(kw_only=True)
class Library:
    """The use cases that the commands call."""

    save: SaveAudioToLibrary
    browse: BrowseLibrary
    listen: ListenToAudio
    clean_up: CleanUpTempFiles
    reconcile: ReconcileLibrary
    reindex: ReindexLibrary
    scrub: ScrubLibrary
    migrate: MigrateDocuments
    quarantine: Quarantine
    inventory: Inventory
    outbox: CleanupOutbox
    quota: KeepQuota


@asynccontextmanager
async def open_library(settings: Settings, *, create: bool = False) -> AsyncIterator[Library]:
    """The library that the settings describe; closed at the end.

    Raises: SettingsError where there is none, unless it is to `create` one.
    """
    if not create:
        _refuse_nowhere(settings)
    # Links begin with where `audiolib serve` listens, unless they are told otherwise.
    settings = attrs.evolve(settings, public_url=settings.public_url or "http://127.0.0.1:8000")
    container = build_container(settings)
    async with running(container):
        yield Library(
            save=await settled(container.save()),
            browse=await settled(container.browse()),
            listen=await settled(container.listen()),
            clean_up=await settled(container.clean_up()),
            reconcile=await settled(container.reconcile()),
            reindex=await settled(container.reindex()),
            scrub=await settled(container.scrub()),
            migrate=await settled(container.migrate()),
            quarantine=await settled(container.quarantine()),
            inventory=await settled(container.inventory()),
            outbox=await settled(container.outbox()),
            quota=await settled(container.keep_quota()),
        )


def _refuse_nowhere(settings: Settings) -> None:
    """An audit of a folder that was mistyped would find nothing wrong."""
    folder = settings.data_dir
    embedded = (settings.metadata_store, settings.object_store) == ("sqlite", "filesystem")
    if embedded and not any((folder / part).exists() for part in ("library.sqlite3", "objects")):
        raise SettingsError([f"DATA_DIR must be the folder of a library, not {str(folder)!r}"])
