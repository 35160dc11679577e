"""`audiolib serve`: the asset service."""

import socket
import sys
from contextlib import closing
from typing import Annotated

import attrs
from cyclopts import Parameter

from audiolib.entrypoints.asset_service.app import create_app
from audiolib.entrypoints.asset_service.app_keys import DRAINING
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.cli.workers import end_with_parent, supervise
from audiolib.entrypoints.config.logs import log_to_stderr
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.server import (
    bind_socket,
    require_auth_unless_loopback,
    serve,
    url_of,
)


def serve_library(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    data_dir: str | None = None,
    shared: bool = False,
    parent_pipe: Annotated[int | None, Parameter(show=False)] = None,
) -> int:
    """Run the asset service until SIGTERM; running saves are finished first.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port; 0 takes a free one.
    workers
        How many processes share the port.
    data_dir
        The folder of the embedded stores; overrides DATA_DIR.
    shared
        Let other processes listen on the same port.
    parent_pipe
        A file that ends when the process does that started this one.
    """
    settings = Settings.from_env(DATA_DIR=data_dir)
    require_auth_unless_loopback(host, settings.trust, known_by="INTERNAL_KEY")
    log_to_stderr(settings.log_level, settings.log_format)
    listener = bind_socket(host, port, shared=shared or workers > 1)
    if workers > 1:
        return run(_serve_many(listener, workers, data_dir))
    settings = attrs.evolve(settings, public_url=settings.public_url or url_of(listener))
    run(_serve(settings, listener, parent_pipe))
    return 0


async def _serve(settings: Settings, listener: socket.socket, parent_pipe: int | None) -> None:
    if parent_pipe is not None:
        end_with_parent(parent_pipe)
    app = create_app(build_container(settings), settings)
    await serve(
        app,
        listener,
        connections=settings.connections,
        draining=app[DRAINING],
        patience=settings.shutdown_timeout,
    )


async def _serve_many(listener: socket.socket, workers: int, data_dir: str | None) -> int:
    """Processes that share the port; our own socket only holds it, and never listens."""
    host, port = listener.getsockname()[:2]
    command = [sys.executable, "-m", "audiolib", "serve", "--shared"]
    command += ["--host", host, "--port", str(port)]
    command += ["--data-dir", data_dir] if data_dir else []
    with closing(listener):
        return await supervise(command, workers)
