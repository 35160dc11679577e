"""`audiolib doctor`: what can be reached, and what is wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import aiohttp
from yarl import URL

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def doctor() -> int:
    """Say in a sentence each whether settings, generator and stores are well.

    Ends with 1 when something is wrong.
    """
    settings = Settings.from_env()
    print("ok    settings: all of them can be read.")  # noqa: T201
    return run(_examine(settings))


async def _examine(settings: Settings) -> int:
    well = True
    async for name, fault in _findings(settings):
        print(f"{'ok   ' if fault is None else 'WRONG'} {name}: {fault or 'reached.'}")  # noqa: T201
        well = well and fault is None
    return 0 if well else 1


async def _findings(settings: Settings) -> AsyncIterator[tuple[str, str | None]]:
    for base in settings.sources.bases:
        yield f"generator {base}", await _fault(partial(_ask_generator, base))
    # A container for each store: one that can't be opened must not hide the other.
    yield (
        f"object store ({settings.object_store})",
        await _fault(partial(_open_store, build_container(settings))),
    )
    yield (
        f"metadata store ({settings.metadata_store})",
        await _fault(partial(_write_metadata, build_container(settings))),
    )


async def _ask_generator(base: str) -> None:
    timeout = aiohttp.ClientTimeout(total=5)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
        session.get(URL(f"{base}/temp/doctor.wav", encoded=True), allow_redirects=False) as answer,
    ):
        if answer.status not in (200, 404):
            raise AudioLibraryError(f"it answers {answer.status} where 404 was expected.")


async def _open_store(container: Container) -> None:
    """Opening an object store writes to it already, to see what it promises."""
    try:
        await (await resolve(container.store())).check()
    finally:
        await resolve(container.shutdown_resources())


async def _write_metadata(container: Container) -> None:
    """A server that answers reads may still refuse writes."""
    try:
        await (await resolve(container.repo())).check_writes()
    finally:
        await resolve(container.shutdown_resources())


async def _fault(examine: Callable[[], Awaitable[None]]) -> str | None:
    try:
        await examine()
    except AudioLibraryError as error:
        return str(error)
    except TimeoutError:
        return "it does not answer in time."
    except (aiohttp.ClientError, OSError) as failed:
        return f"it can't be reached ({failed})."
    return None
