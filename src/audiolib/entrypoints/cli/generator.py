"""`audiolib generator`: the audio-generation service."""

import socket
from pathlib import Path

from audiolib.entrypoints.bootstrap.generator import assemble_generator
from audiolib.entrypoints.bootstrap.voices import all_voices
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.logs import log_to_stderr
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.generator.app import create_generator
from audiolib.entrypoints.http.server import bind_socket, require_auth_unless_loopback, serve


def serve_generator(
    *, host: str = "127.0.0.1", port: int = 3000, temp_dir: Path = Path("data/temp")
) -> int:
    """Run the audio-generation service until SIGTERM.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port; 0 takes a free one.
    temp_dir
        The folder of the temp files.
    """
    settings = Settings.from_env()
    require_auth_unless_loopback(host, settings.trust, known_by="GENERATOR_TOKEN")
    log_to_stderr(settings.log_level, settings.log_format)
    run(_serve(settings, bind_socket(host, port), temp_dir))
    return 0


async def _serve(settings: Settings, listener: socket.socket, temp_dir: Path) -> None:
    app = create_generator(
        assemble_generator(all_voices(), temp_dir, settings.speaking),
        settings.speaking,
        temp_file_ttl=settings.temp_file_ttl,
        tokens=settings.trust.generator_tokens,
    )
    await serve(
        app,
        listener,
        connections=settings.connections,
        patience=settings.shutdown_timeout,
        cancel_abandoned=True,
    )
