"""`audiolib serve`: the asset service."""

import signal
import socket
import subprocess
import sys

import attrs

from audiolib.entrypoints.asset_service.app import create_app
from audiolib.entrypoints.asset_service.app_keys import DRAINING
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.cli.run import run
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
    """
    settings = Settings.from_env(DATA_DIR=data_dir)
    require_auth_unless_loopback(host, settings.trust, known_by="INTERNAL_KEY")
    log_to_stderr(settings.log_level, settings.log_format)
    listener = bind_socket(host, port, shared=shared or workers > 1)
    if workers > 1:
        return _many(listener, workers, data_dir)
    settings = attrs.evolve(settings, public_url=settings.public_url or url_of(listener))
    run(_serve(settings, listener))
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
    app = create_app(build_container(settings), settings)
    await serve(
        app,
        listener,
        connections=settings.connections,
        draining=app[DRAINING],
        patience=settings.shutdown_timeout,
    )


def _many(listener: socket.socket, workers: int, data_dir: str | None) -> int:
    """Processes that share the port; our own socket only holds it, and never listens."""
    host, port = listener.getsockname()[:2]
    command = [sys.executable, "-m", "audiolib", "serve", "--shared"]
    command += ["--host", host, "--port", str(port)]
    command += ["--data-dir", data_dir] if data_dir else []
    processes = [subprocess.Popen(command) for _ in range(workers)]  # noqa: S603 - our own

    def pass_on(number: int, _: object) -> None:
        for process in processes:
            process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    statuses = [process.wait() for process in processes]
    listener.close()
    return max(statuses, key=abs)
