"""`python -m tests.crash.once FOLDER`: one save, its cleanup, a recovery; each end a line."""

import asyncio
import os
import sys
from pathlib import Path

from audiolib.domain.model.errors import AudioLibraryError
from tests.crash.disk import Disk
from tests.crash.victim import KillAt, work


def say(line: str) -> None:
    # One write, at once: what comes after it in a trace came after it in time.
    os.write(1, f"{line}\n".encode())


def main(folder: str) -> None:
    say("begin")
    try:
        asyncio.run(work(Disk(Path(folder)), "a", KillAt(0), say))
    except AudioLibraryError as refused:
        say(f"refused {refused.code}")  # the stores could not be opened
    say("end")


if __name__ == "__main__":
    main(sys.argv[1])
