"""`python -m tests.resilience.races.fork_server`: forks a child for each line, all imported."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.resilience.races.child import at_work


@contextmanager
def nursery() -> Iterator[IO[bytes]]:
    """Takes JSON lines of `environment`, `folder` and the `port` at which orders are given."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.resilience.races.fork_server"],
        stdin=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdin is not None
    try:
        with process.stdin as orders:
            yield orders
    finally:
        process.wait(60)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    for line in sys.stdin:
        if os.fork() == 0:
            order = json.loads(line)
            try:
                asyncio.run(
                    at_work(order["environment"], Path(order["folder"]), int(order["port"]))
                )
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
