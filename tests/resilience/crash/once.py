"""`python -m tests.resilience.crash.once`: saves under strace, each in a preloaded child process.

Reads its orders from stdin, a JSON object a line: the folder of a disk, strace's options. Writes
what the child said and strace saw.
"""

import asyncio
import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from audiolib.domain.model.errors import AudioLibraryError
from tests.resilience.crash.disk import Disk
from tests.resilience.crash.saving_process import KillAt, work

_PR_SET_PTRACER, _ANYONE = 0x59616D61, -1


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(watched(Path(order["folder"]), order["options"])), flush=True)


def watched(folder: Path, options: Sequence[str]) -> dict[str, list[str]]:
    """One save, its cleanup, a recovery, with strace attached from before the first of them."""
    log = folder / "trace"
    hearing, saying = socket.socketpair()
    waiting, letting = os.pipe()
    pid = os.fork()
    if not pid:
        _child(Disk(folder), waiting, saying)
    saying.close()
    command = ["strace", "-f", "-o", str(log), *options, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        attached = strace.stderr.readline()
        assert "attached" in attached, attached
        os.write(letting, b"go")
        with hearing, hearing.makefile() as file:
            said = file.read().splitlines()
        _, status = os.waitpid(pid, 0)
        strace.stderr.read()
    for pipe in (waiting, letting):
        os.close(pipe)
    if os.waitstatus_to_exitcode(status) == -9:
        said.append("killed")
    return {"said": said, "trace": log.read_text(errors="replace").splitlines()}


def _child(disk: Disk, waiting: int, saying: socket.socket) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYONE, 0, 0, 0)
    os.read(waiting, 2)

    def say(line: str) -> None:
        # By a socket: the writes that faults are aimed at are those of files.
        saying.sendall(f"{line}\n".encode())

    try:
        asyncio.run(_work(disk, say))
    except AudioLibraryError as refused:
        say(f"refused {refused.code}")  # the stores could not be opened
    except BaseException as unforeseen:
        say(f"refused with {unforeseen!r}")
    finally:
        os._exit(0)


async def _work(disk: Disk, say: Callable[[str], None]) -> None:
    # strace counts calls thread by thread: on one thread the nth is the same in each run.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    await work(disk, "a", KillAt(0), say)


if __name__ == "__main__":
    main()
