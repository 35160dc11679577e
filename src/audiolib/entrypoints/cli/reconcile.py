"""`audiolib reconcile`: do the objects and the documents agree?"""

from audiolib.domain.model.audit import Progress
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import report_findings
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def reconcile(
    *, dry_run: bool = False, verify: bool = False, repair: bool = False, json_lines: bool = False
) -> int:
    """Compare all objects with all documents; saves may run at the same time.

    No object is ever deleted: what nothing explains is put in quarantine, which
    `audiolib quarantine` lists. Leftover uploads are ended. Ends with 3 when something is left
    to look at. Not to be run on a library that `audiolib copy` is filling.

    Parameters
    ----------
    dry_run
        Change nothing, only report.
    verify
        Read every byte, and compare its SHA-256 with the document.
    repair
        Make documents for objects that prove whole, as after restoring an older database.
    json_lines
        Print one JSON object a line, a summary as the last.
    """
    return run(_reconcile(Settings.from_env(), dry_run, verify, repair, json_lines))


async def _reconcile(
    settings: Settings, dry_run: bool, verify: bool, repair: bool, json_lines: bool
) -> int:
    progress = Progress()
    async with open_library(settings, create=False) as library:
        findings = library.reconcile(progress, dry_run=dry_run, verify=verify, repair=repair)
        return await report_findings(findings, progress, title="reconcile", json_lines=json_lines)
