"""Run an application until SIGTERM or SIGINT, and let running requests finish."""

import asyncio
import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from aiohttp import web

from audiolib.entrypoints.config.groups import ConnectionSettings, Trust
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.http.connection_limits import ConnectionLimits
from audiolib.entrypoints.http.problem_details import problems
from audiolib.entrypoints.http.request_framing import LARGEST_HEAD

_LINGER_SECONDS = 2.0
_log = logging.getLogger("audiolib")


def bind_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
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
    connections: ConnectionSettings,
    draining: asyncio.Event | None = None,
    patience: float = 25,
    cancel_abandoned: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; then nothing new is taken, and what runs has `patience`
    seconds to end. A line on stderr says when it is ready.

    `cancel_abandoned` ends the work for a client that has disconnected.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with closing(listener):
        async with listen(
            app, listener, connections, patience=patience, cancel_abandoned=cancel_abandoned
        ):
            print(f"listening on {url_of(listener)}", file=sys.stderr, flush=True)  # noqa: T201
            await stop.wait()
            log_event(_log, logging.INFO, "stopping")
            if draining is not None:
                draining.set()


@asynccontextmanager
async def listen(
    app: web.Application,
    listener: socket.socket,
    connections: ConnectionSettings,
    *,
    patience: float = 25,
    cancel_abandoned: bool = False,
) -> AsyncIterator[None]:
    """The application, answering at the socket until the context is left."""
    limits = ConnectionLimits(connections)
    app.middlewares.insert(0, limits.end_gracefully())
    app.middlewares.insert(app.middlewares.index(problems) + 1, limits.report_requests())
    runner = web.AppRunner(
        app,
        handle_signals=False,
        shutdown_timeout=patience,
        handler_cancellation=cancel_abandoned,
    )
    await runner.setup()
    try:
        assert runner.server is not None  # noqa: S101 - it was set up
        protocol, loop = runner.server, asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: limits.connection(
                protocol,
                loop=loop,
                access_log=None,
                keepalive_timeout=connections.keepalive,
                lingering_time=_LINGER_SECONDS,
                auto_decompress=False,
                max_line_size=LARGEST_HEAD,
                max_field_size=LARGEST_HEAD,
            ),
            sock=listener,
            backlog=1024,
        )
        try:
            yield
        finally:
            server.close()
    finally:
        await runner.cleanup()


def require_auth_unless_loopback(host: str, trust: Trust, *, known_by: str) -> None:
    """`known_by` is the setting by which the service would know its callers.

    Raises: SettingsError, if it is missing and others than this machine could connect.
    """
    known = {"INTERNAL_KEY": trust.internal_keys, "GENERATOR_TOKEN": trust.generator_tokens}
    if not known[known_by] and not trust.everyone and not _is_loopback(host):
        raise SettingsError(
            [
                f"{known_by} must be given to listen on {host}: without it, every client that can"
                " connect is trusted. ALLOW_UNAUTHENTICATED=true allows that"
            ]
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
