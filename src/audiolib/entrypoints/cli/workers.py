"""Several processes that share a port: restarted when one ends, gone when their parent is."""

import asyncio
import logging
import os
import signal
from collections.abc import Sequence

from audiolib.entrypoints.config.logs import log_event

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
_STEADY_AFTER = 60.0
_log = logging.getLogger("audiolib.workers")


async def supervise(command: Sequence[str], count: int) -> int:
    """Run `count` processes of the command until SIGTERM or SIGINT, which is passed on.

    Each gets `--parent-pipe FD`: the file ends when this process does. One that ends by itself is
    reported and restarted, after a second at first, then after twice as long each time.

    Returns: 0, or the status of a process that could not start.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    ours, theirs = os.pipe()
    try:
        workers = [asyncio.create_task(_keep_running(command, ours, stop)) for _ in range(count)]
        statuses = await asyncio.gather(*workers)
        return max(statuses)
    finally:
        os.close(ours)
        os.close(theirs)


def end_with_parent(pipe: int) -> None:
    """Send this process SIGTERM when the other end of the pipe is closed."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(pipe)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(pipe, end)


async def _keep_running(command: Sequence[str], pipe: int, stop: asyncio.Event) -> int:
    loop, wait, is_first = asyncio.get_running_loop(), _FIRST_WAIT, True
    while True:
        began = loop.time()
        process = await asyncio.create_subprocess_exec(
            *command, "--parent-pipe", str(pipe), pass_fds=(pipe,)
        )
        status = await _until_ended(process, stop)
        lived = loop.time() - began
        if stop.is_set():
            return max(status, 0)  # one that was told to end may not have got ready to
        if is_first and status > 0 and lived < _FIRST_WAIT * 5:
            stop.set()  # what keeps one from starting keeps all: settings, or a store
            return status
        wait = _FIRST_WAIT if lived > _STEADY_AFTER else wait
        log_event(
            _log, logging.ERROR, "worker ended", pid=process.pid, status=status, restart_in=wait
        )
        try:
            async with asyncio.timeout(wait):
                await stop.wait()
            return 0
        except TimeoutError:
            wait, is_first = min(2 * wait, _LONGEST_WAIT), False


async def _until_ended(process: asyncio.subprocess.Process, stop: asyncio.Event) -> int:
    ended, stopping = asyncio.create_task(process.wait()), asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        process.terminate()
    stopping.cancel()
    return await ended
