"""`audiolib migrate`: every document in the current schema."""

import attrs

from audiolib.domain.model.audit import Progress
from audiolib.domain.use_cases.maintenance.migrate import Migrated
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import LEFT, emit, progress_bar
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def migrate(*, check: bool = False, json_lines: bool = False) -> int:
    """Bring documents of older schemas, and those that other programs wrote, to the current one.

    Services may run at the same time. Fields of other programs stay. Ends with 3 when documents
    wait to be migrated or can't be read.

    Parameters
    ----------
    check
        Change nothing, only report.
    json_lines
        Print the summary as JSON.
    """
    return run(_migrate(Settings.from_env(), check, json_lines))


async def _migrate(settings: Settings, check: bool, json_lines: bool) -> int:
    progress = Progress()
    async with open_library(settings, create=False) as library:
        with progress_bar(progress, "migrate"):
            migrated = await library.migrate(progress, check=check)
    if json_lines:
        emit({"summary": attrs.asdict(migrated)})
    else:
        _say(migrated)
    return LEFT if migrated.outdated or migrated.unreadable else 0


def _say(migrated: Migrated) -> None:
    for each in migrated.unreadable:
        emit(f"unreadable: {each}", as_json=False)
    emit(
        f"migrate: {migrated.current} were current, {migrated.upgraded} upgraded, "
        f"{migrated.outdated} outdated, {len(migrated.unreadable)} unreadable",
        as_json=False,
    )
