"""The library as the commands use it: the same use cases, without a service between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from audiolib.domain.use_cases.browse import BrowseLibrary
from audiolib.domain.use_cases.clean_up import CleanUpTempFiles
from audiolib.domain.use_cases.keep_quota import KeepQuota
from audiolib.domain.use_cases.listen import ListenToAudio
from audiolib.domain.use_cases.migrate import MigrateDocuments
from audiolib.domain.use_cases.quarantine import Quarantine
from audiolib.domain.use_cases.reconcile import ReconcileLibrary
from audiolib.domain.use_cases.reindex import ReindexLibrary
from audiolib.domain.use_cases.save import SaveAudioToLibrary
from audiolib.domain.use_cases.scrub import ScrubLibrary
from audiolib.entrypoints.container import build_container
from audiolib.entrypoints.resources import running, settled
from audiolib.entrypoints.settings import Settings
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
async def open_library(settings: Settings) -> AsyncIterator[Library]:
    """The library that the settings describe; closed at the end."""
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
