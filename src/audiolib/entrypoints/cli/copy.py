"""`audiolib copy`: a library from one pair of stores to another."""

from contextlib import AsyncExitStack
from typing import Annotated

from cyclopts import Parameter

from audiolib.domain.model.audit import Progress
from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.use_cases.transfer.copy_library import CopyLibrary
from audiolib.entrypoints.bootstrap.gather import gather
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.cli.audit import report_findings
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.environment import load_profile
from audiolib.entrypoints.config.settings import Settings


def copy(
    *,
    source: Annotated[str, Parameter(name="--from")],
    target: Annotated[str, Parameter(name="--to")],
    json_lines: bool = False,
) -> int:
    """Copy every asset, verified by its digest; broken off, it goes on when run again.

    Stop the services at the source first, or run it once more after they have stopped. Ends
    with 3 when something could not be copied.

    Parameters
    ----------
    source
        `embedded` (DATA_DIR), `servers` (S3 and MongoDB as configured), or a file of settings
        like `.env` that describes another pair.
    target
        Likewise.
    json_lines
        Print one JSON object a line, a summary as the last.
    """
    return run(_copy(load_profile(source), load_profile(target), json_lines))


async def _copy(source: Settings, target: Settings, json_lines: bool) -> int:
    if _place(source) & _place(target):
        raise InvalidRequestError(FieldError("--to", "must be another library than --from"))
    progress = Progress()
    async with AsyncExitStack() as stack:
        there, here = build_container(target), build_container(source)
        for container in (there, here):
            await stack.enter_async_context(open_resources(container))
        copying = CopyLibrary(
            source=await resolve(here.store()),
            inventory=await resolve(here.inventory()),
            store=await resolve(there.store()),
            repo=await resolve(there.repo()),
            now=utc_now,
            gather=gather,
            url_ttl=target.url_ttl,
        )
        return await report_findings(
            copying(progress), progress, title="copy", json_lines=json_lines
        )


def _place(settings: Settings) -> set[tuple[str, ...]]:
    """What both ends may not share: the place of the bytes, that of the documents."""
    folder = str(settings.data_dir.resolve())
    s3, mongodb = settings.s3, (settings.mongodb_url, settings.mongodb_database)
    return {
        ("s3", s3.endpoint_url or "", s3.bucket)
        if settings.object_store == "s3"
        else ("filesystem", folder),
        ("mongodb", *mongodb) if settings.metadata_store == "mongodb" else ("sqlite", folder),
    }
