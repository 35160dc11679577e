"""Runs an application until it is told to stop, and lets running requests finish."""

import asyncio
import logging
import signal
import socket
import sys
from contextlib import closing

from aiohttp import web

_log = logging.getLogger("audiolib")


def bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that is bound but doesn't listen yet; port 0 takes a free one.

    `shared` lets several processes listen on the same port. Raises: OSError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(
    app: web.Application,
    listener: socket.socket,
    *,
    draining: asyncio.Event | None = None,
    patience: float = 25,
) -> None:
    """Serve until SIGTERM or SIGINT; then nothing new is taken, and what runs has `patience`
    seconds to end. A line on stderr says when it is ready."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=patience,
        handler_cancellation=False,
    )
    with closing(listener):
        await runner.setup()
        try:
            await web.SockSite(runner, listener, backlog=1024).start()
            print(f"listening on {url_of(listener)}", file=sys.stderr, flush=True)  # noqa: T201
            await stop.wait()
            _log.info("stopping")
            if draining is not None:
                draining.set()
        finally:
            await runner.cleanup()
