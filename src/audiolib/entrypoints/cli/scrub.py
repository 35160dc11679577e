"""`audiolib scrub`: a share of the library read again."""

from audiolib.domain.model.audit import Progress
from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import report_findings
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def scrub(*, shares: int = 30, json_lines: bool = False) -> int:
    """Hash today's share of the library again; run it daily, and every asset gets its turn.

    Ends with 3 when an object is missing or is not what was saved.

    Parameters
    ----------
    shares
        After how many days each asset was read once; 1 reads all of them now.
    json_lines
        Print one JSON object a line, a summary as the last.
    """
    if shares < 1:
        raise InvalidRequestError(FieldError("shares", f"must be 1 or more, not {shares}"))
    return run(_scrub(Settings.from_env(), shares, json_lines))


async def _scrub(settings: Settings, shares: int, json_lines: bool) -> int:
    progress = Progress()
    async with open_library(settings, create=False) as library:
        findings = library.scrub(progress, shares=shares)
        return await report_findings(findings, progress, title="scrub", json_lines=json_lines)
