"""`audiolib gateway`: the gateway."""

import socket

from audiolib.entrypoints.bootstrap.gateway_container import build_gateway_container
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.logs import log_to_stderr
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway.app import create_gateway
from audiolib.entrypoints.gateway.app_keys import DRAINING
from audiolib.entrypoints.http.server import bind_socket, serve


def serve_gateway(*, host: str = "127.0.0.1", port: int = 8080, data_dir: str | None = None) -> int:
    """Run the gateway until SIGTERM: it authenticates, and passes on.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port; 0 takes a free one.
    data_dir
        The folder of the embedded stores; overrides DATA_DIR.
    """
    settings = Settings.from_env(DATA_DIR=data_dir)
    log_to_stderr(settings.log_level, settings.log_format)
    run(_serve(settings, bind_socket(host, port)))
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
    app = create_gateway(build_gateway_container(settings), settings)
    await serve(
        app,
        listener,
        connections=settings.gateway_connections,
        draining=app[DRAINING],
        patience=settings.shutdown_timeout,
        cancel_abandoned=True,
    )
