"""`audiolib reindex`: rebuild the documents from the bucket alone."""

from audiolib.domain.model.audit import Progress
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import report_findings
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def reindex(*, json_lines: bool = False) -> int:
    """Make a document for every object that has none, when the database is gone.

    Every object is read and inspected; one that is not whole audio goes into quarantine. May be
    broken off and run again. Ends with 3 when something is left to look at.

    Parameters
    ----------
    json_lines
        Print one JSON object a line, a summary as the last.
    """
    return run(_reindex(Settings.from_env(), json_lines))


async def _reindex(settings: Settings, json_lines: bool) -> int:
    progress = Progress()
    async with open_library(settings, create=False) as library:
        findings = library.reindex(progress)
        return await report_findings(findings, progress, title="reindex", json_lines=json_lines)
