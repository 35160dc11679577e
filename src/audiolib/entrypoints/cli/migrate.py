"""`audiolib migrate`: every document in the current schema."""

import time
from collections.abc import Sequence

import attrs

from audiolib.domain.model.audit import Progress
from audiolib.domain.use_cases.maintenance.migrate import Migrated, MigrateDocuments
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import LEFT, emit, progress_bar
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def migrate(*, check: bool = False, json_lines: bool = False) -> int:
    """Build missing indexes, and bring documents of older schemas and of other programs to the
    current one.

    Services may run at the same time. Fields of other programs stay. Ends with 3 when indexes or
    documents wait for it, or documents can't be read.

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
    async with open_library(settings, create=False, require_indexes=False) as library:
        missing = await library.migrate.missing_indexes()
        if not check:
            await _build_indexes(library.migrate, missing, json_lines)
            missing = []
        with progress_bar(progress, "migrate"):
            migrated = await library.migrate(progress, check=check)
    if json_lines:
        emit({"summary": attrs.asdict(migrated) | {"missing_indexes": list(missing)}})
    else:
        for name in missing:
            emit(f"missing index: {name}", as_json=False)
        _say(migrated)
    return LEFT if migrated.outdated or migrated.unreadable or missing else 0


async def _build_indexes(migrate: MigrateDocuments, names: Sequence[str], json_lines: bool) -> None:
    for number, name in enumerate(names, 1):
        if not json_lines:
            emit(f"index {name}: being built, {number} of {len(names)}", as_json=False)
        began = time.monotonic()
        await migrate.build_index(name)
        seconds = time.monotonic() - began
        if json_lines:
            emit({"index": name, "seconds": round(seconds, 1)})
        else:
            emit(f"index {name}: built in {seconds:.1f} s", as_json=False)


def _say(migrated: Migrated) -> None:
    for each in migrated.unreadable:
        emit(f"unreadable: {each}", as_json=False)
    emit(
        f"migrate: {migrated.current} were current, {migrated.upgraded} upgraded, "
        f"{migrated.outdated} outdated, {len(migrated.unreadable)} unreadable",
        as_json=False,
    )
