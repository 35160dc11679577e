"""Faults of the operating system itself, injected by strace into one save."""

import asyncio
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

from tests.crash.disk import SIZES, Disk
from tests.crash.verdict import verdict

ROOT = Path(__file__).parents[2]
CALLS = ("fsync", "fdatasync", "link", "unlink", "write", "pwrite64", "mkdir")
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
REFUSALS = {
    *("storage_unavailable", "insufficient_storage", "metadata_unavailable", "commit_unknown"),
    "lease_lost",
}
_SAMPLES = SIZES["64 KiB"]
_CALL = re.compile(r"^(\d+) +(\w+)\(")
_ERROR_PATIENCE = 60


@attrs.frozen
class Injected:
    """A fault at the nth call of a kind, and what was wrong afterwards."""

    call: str
    nth: int
    fault: str
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
    """How often one save makes each call, in the thread that makes it most often.

    strace counts in each thread anew.
    """
    with tempfile.TemporaryDirectory() as folder:
        trace = _run(Path(folder), f"trace={','.join(CALLS)}")[1]
    in_threads = Counter(match.groups() for line in trace if (match := _CALL.match(line)))
    most = Counter[str]()
    for (_, call), count in in_threads.items():
        most[call] = max(most[call], count)
    return most


def inject_all(plan: Sequence[tuple[str, int, str]]) -> list[Injected]:
    """As many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda planned: inject(*planned), plan))


def inject(call: str, nth: int, fault: str) -> Injected:
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder))
        said, trace = _run(disk.folder, f"trace={call}", "-e", f"inject={call}:{fault}:when={nth}")
        wrong = [line for line in said if _unforeseen(line)]
        saved = [line.split()[1] for line in said if line.startswith("saved ")]
        judged = asyncio.run(verdict(disk, {"a": _SAMPLES}, saved))
        struck = "killed" in said or any("(INJECTED)" in line for line in trace)
    return Injected(call, nth, fault, struck, tuple(said), (*wrong, *judged.faults))


def order() -> list[str]:
    """The calls of one save that make something last, and its answer, in their order.

    Each as `call path`, or `answer`.
    """
    with tempfile.TemporaryDirectory() as folder:
        trace = _run(Path(folder), "trace=fsync,fdatasync,link,write", "-y")[1]
    steps = list(_steps(trace))
    return steps[: steps.index("answer") + 1]


def _steps(trace: list[str]) -> Iterator[str]:
    for line in trace:
        if "write(1<" in line and '"saved ' in line:
            yield "answer"
        elif found := re.search(r" (fsync|fdatasync)\(\d+<(.*?)>", line):
            yield f"{found[1]} {found[2]}"
        elif found := re.search(r' link\("(.*?)", "(.*?)"', line):
            yield f"link {found[2]}"


def _unforeseen(line: str) -> bool:
    word, _, rest = line.partition(" ")
    return word in ("refused", "later") and rest not in REFUSALS


def _run(folder: Path, expression: str, *options: str) -> tuple[list[str], list[str]]:
    disk = Disk(folder)
    disk.generate("a", _SAMPLES)
    log = folder / "trace"
    ended = subprocess.run(
        [
            *("strace", "-f", "--seccomp-bpf", "-qq", "-o", str(log)),
            *("-e", expression, *options),
            *(sys.executable, "-m", "tests.crash.once", str(folder)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_ERROR_PATIENCE,
    )
    said = ended.stdout.splitlines()
    if ended.returncode in (-9, 137):
        said.append("killed")
    elif ended.returncode:
        said.append(f"refused with {ended.stderr.strip().splitlines()[-1:]}")
    return said, log.read_text(errors="replace").splitlines()
