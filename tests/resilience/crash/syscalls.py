"""Faults of the operating system itself, injected by strace into one save."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs

from tests.resilience.crash.disk import SIZES, Disk
from tests.resilience.crash.verdict import verdict

ROOT = Path(__file__).parents[3]
CALLS = ("fsync", "fdatasync", "link", "unlink", "write", "pwrite64", "mkdir")
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
REFUSALS = {
    *("storage_unavailable", "insufficient_storage", "metadata_unavailable", "commit_unknown"),
    "lease_lost",
}
_SAMPLES = SIZES["64 KiB"]
_CALL = re.compile(r"^(\d+) +(\w+)\(")

Planned = tuple[str, int, str]
"""A call, the how many-th of them, and the fault it meets."""


@attrs.frozen
class Injected:
    """What was planned, whether it struck, and what was wrong afterwards."""

    planned: Planned
    struck: bool
    said: tuple[str, ...]
    wrong: tuple[str, ...]


def missing() -> str | None:
    """Why strace can't be used here, if so."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    ended = subprocess.run(
        ["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False
    )
    return ended.stderr.strip() or "refused" if ended.returncode else None


def calls_made() -> Counter[str]:
    """How often one save makes each call, in the thread that makes it most often."""
    _, trace, _ = _watched([["-e", f"trace={','.join(CALLS)}"]])[0]
    in_threads = Counter(match.groups() for line in trace if (match := _CALL.match(line)))
    most = Counter[str]()
    for (_, call), count in in_threads.items():
        most[call] = max(most[call], count)
    return most


def inject_all(plan: Sequence[Planned]) -> list[Injected]:
    """As many at a time as there are processors."""
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(_inject, [plan[part::workers] for part in range(workers)]))
    return [injected for part in parts for injected in part]


def order() -> list[str]:
    """The calls of one save that make something last, and its answer, in their order.

    Each as `call path`, or `answer`.
    """
    _, trace, _ = _watched([["-y", "-e", "trace=fsync,fdatasync,link,sendto"]])[0]
    steps = list(_steps(trace))
    return steps[: steps.index("answer") + 1]


def _inject(plan: Sequence[Planned]) -> list[Injected]:
    options = [
        ["-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={nth}"]
        for call, nth, fault in plan
    ]
    injected = []
    for planned, (said, trace, faults) in zip(plan, _watched(options), strict=True):
        struck = "killed" in said or any("(INJECTED)" in line for line in trace)
        wrong = (*(line for line in said if _unforeseen(line)), *faults)
        injected.append(Injected(planned, struck, tuple(said), wrong))
    return injected


def _watched(
    options: Sequence[Sequence[str]],
) -> list[tuple[list[str], list[str], tuple[str, ...]]]:
    """What a save on a new disk said, what strace saw of it, and the verdict, for each."""
    results = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.resilience.crash.once"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for each in options:
            with tempfile.TemporaryDirectory() as folder:
                disk = Disk(Path(folder))
                disk.generate("a", _SAMPLES)
                process.stdin.write(json.dumps({"folder": folder, "options": each}) + "\n")
                process.stdin.flush()
                found = json.loads(process.stdout.readline())
                said = found["said"]
                saved = [line.split()[1] for line in said if line.startswith("saved ")]
                judged = asyncio.run(verdict(disk, {"a": _SAMPLES}, saved))
                results.append((said, found["trace"], judged.faults))
        process.stdin.close()
    return results


def _steps(trace: list[str]) -> Iterator[str]:
    for line in trace:
        if " sendto(" in line and '"saved ' in line:
            yield "answer"
        elif found := re.search(r" (fsync|fdatasync)\(\d+<(.*?)>", line):
            yield f"{found[1]} {found[2]}"
        elif found := re.search(r' link\("(.*?)", "(.*?)"', line):
            yield f"link {found[2]}"


def _unforeseen(line: str) -> bool:
    word, _, rest = line.partition(" ")
    return word in ("refused", "later") and rest not in REFUSALS
