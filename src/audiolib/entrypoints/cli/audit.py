"""Output of the commands that audit a library."""

import json
import sys
from collections.abc import AsyncIterator

import attrs
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from audiolib.domain.model.audit import Action, Finding, Progress

LEFT = 3
"""The exit status when something is left for a person to look at."""
_SETTLED = (Action.REBUILT, Action.ENDED)


async def report_findings(
    findings: AsyncIterator[Finding], progress: Progress, *, title: str, json_lines: bool
) -> int:
    """Print each finding when it is found, and a summary at the end; a bar goes to stderr.

    Returns: 0, or LEFT when any finding was not settled.
    """
    counts = dict[str, int]()
    left = 0
    with progress_bar(progress, title):
        async for finding in findings:
            counts[finding.kind.value] = counts.get(finding.kind.value, 0) + 1
            left += finding.action not in _SETTLED
            emit(_shape(finding) if json_lines else _sentence(finding), json_lines)
    summary = {**attrs.asdict(progress), "findings": counts, "left": left}
    emit({"summary": summary} if json_lines else _last_line(title, summary), json_lines)
    return LEFT if left else 0


def progress_bar(progress: Progress, title: str) -> Bar:
    """A bar that shows how far it is; nothing where stderr is no terminal."""
    bar = Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        _Counts(progress),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    bar.add_task(title, total=None)
    return bar


class _Counts(ProgressColumn):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def render(self, task: Task) -> Text:
        return Text(_count(attrs.asdict(self._progress)))


def emit(line: object, as_json: bool = True) -> None:
    text = json.dumps(line, ensure_ascii=False, default=str) if as_json else str(line)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _shape(finding: Finding) -> dict[str, str]:
    return {
        "kind": finding.kind.value,
        "subject": finding.subject,
        "detail": finding.detail,
        "action": finding.action.value,
    }


def _sentence(finding: Finding) -> str:
    done = "" if finding.action is Action.NONE else f" -> {finding.action.value}"
    return f"{finding.kind.value}: {finding.subject}: {finding.detail}{done}"


def _count(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing yet"


def _last_line(title: str, summary: dict[str, object]) -> str:
    counts = {name: n for name, n in summary.items() if isinstance(n, int) and name != "left"}
    found = summary["findings"]
    if not (isinstance(found, dict) and found):
        return f"{title}: {_count(counts)}; no problems found"
    return f"{title}: {_count(counts)}; found {_count(found)}; {summary['left']} need attention"
