"""Opens the library that the settings describe."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import attrs

from audiolib.domain.use_cases.audio_library import AudioLibrary
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.worker.loops import at_work, clean_up_forever, recover_forever


@asynccontextmanager
async def open_library(
    settings: Settings, *, create: bool = True, require_indexes: bool = True
) -> AsyncIterator[AudioLibrary]:
    """Open the library; it is closed, with its workers, when the context is left.

    Without `create`, an embedded library must exist already; without `require_indexes`, MongoDB may
    lack some, which `library.migrate` builds. Links to embedded audio begin with
    PUBLIC_URL, or with where `audiolib serve` listens by default.

    Raises: SettingsError, where there is no library; StorageUnavailableError,
    MetadataUnavailableError, WeakStoreError.
    """
    if not create:
        _require_library(settings)
    settings = attrs.evolve(settings, public_url=settings.public_url or "http://127.0.0.1:8000")
    container = build_container(settings, require_indexes=require_indexes)
    async with open_resources(container), AsyncExitStack() as workers:
        library = await resolve(container.library())
        to_start: list[asyncio.Task[None]] = []

        def start_workers(opened: AudioLibrary) -> None:
            if not to_start:
                to_start.append(asyncio.create_task(_work(opened, settings)))
                workers.push_async_callback(_end, to_start[0])

        runtime = attrs.evolve(library.runtime, start_workers=start_workers)
        yield attrs.evolve(library, runtime=runtime)


async def _work(library: AudioLibrary, settings: Settings) -> None:
    loops = (
        clean_up_forever(library.clean_up, asyncio.Event(), settings.cleanup_interval),
        recover_forever(library.recover, library.quota, settings.recover_interval),
    )
    async with at_work(*loops):
        await asyncio.Event().wait()


async def _end(work: asyncio.Task[None]) -> None:
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def _require_library(settings: Settings) -> None:
    """An audit of a folder that was mistyped would find nothing wrong."""
    folder = settings.data_dir
    embedded = (settings.metadata_store, settings.object_store) == ("sqlite", "filesystem")
    if embedded and not any((folder / part).exists() for part in ("library.sqlite3", "objects")):
        raise SettingsError([f"DATA_DIR must be the folder of a library, not {str(folder)!r}"])
