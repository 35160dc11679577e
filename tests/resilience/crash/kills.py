"""`python -m tests.resilience.crash.kills`: children killed at chosen moments; verdicts as JSON.

Reads its orders from stdin: a JSON list a line, of children as [name, samples, moment].
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.resilience.crash.disk import Disk
from tests.resilience.crash.saving_process import KillAt, work
from tests.resilience.crash.verdict import verdict

Child = tuple[str, int, int]


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(killed([tuple(child) for child in json.loads(line)])), flush=True)


def killed(children: Sequence[Child]) -> dict[str, object]:
    """Run children on one disk, each killed at its moment (0: never), and judge what is left."""
    folder = Path(tempfile.mkdtemp(prefix="audiolib-kill-"))
    try:
        disk = Disk(folder)
        for name, samples, _ in children:
            disk.generate(name, samples)
        running = [_forked(disk, name, moment) for name, _, moment in children]
        said = [_heard(pid, pipe) for pid, pipe in running]
        lines = [line for lines, _ in said for line in lines]
        saved = [line.split()[1] for line in lines if line.startswith("saved ")]
        judged = asyncio.run(verdict(disk, {name: size for name, size, _ in children}, saved))
        return {
            "killed": sum(status == -9 for _, status in said),
            "saved": len(saved),
            "moments": [int(x.split()[1]) for x in lines if x.startswith("moments ")],
            "unforeseen": [line for line in lines if line.startswith("unforeseen ")],
            "faults": judged.faults,
            "restart": judged.restart,
        }
    finally:
        shutil.rmtree(folder)


def _forked(disk: Disk, name: str, moment: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    faults = KillAt(moment)

    def say(line: str) -> None:
        os.write(writing, f"{line}\n".encode())

    try:
        asyncio.run(work(disk, name, faults, say))
        say(f"moments {faults.moments}")
    except BaseException as unforeseen:
        say(f"unforeseen {unforeseen!r}")
    finally:
        os._exit(0)


def _heard(pid: int, pipe: int) -> tuple[list[str], int]:
    with os.fdopen(pipe) as file:
        lines = file.read().splitlines()
    _, status = os.waitpid(pid, 0)
    return lines, os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
