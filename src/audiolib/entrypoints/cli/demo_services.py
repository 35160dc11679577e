"""The services that the demo starts, on free ports."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

_PATIENCE = 60.0
_EMBEDDED = {
    "OBJECT_STORE": "filesystem",
    "METADATA_STORE": "sqlite",
    "API_KEY_SECRET": "",
    "LOG_LEVEL": "WARNING",
}


class DemoFailedError(Exception):
    """Something that the demo promises was not so."""


async def start_services(stack: AsyncExitStack, data_dir: Path) -> str:
    """Generator, asset service and gateway, none of which believes a stranger.

    Returns: where the gateway is.
    """
    gateway = f"http://127.0.0.1:{_free_port()}"
    shared = {
        "INTERNAL_KEY": secrets.token_hex(16),
        "GENERATOR_TOKEN": secrets.token_hex(16),
        "PUBLIC_URL": gateway,
    }
    temp_dir, data = ("--temp-dir", str(data_dir / "temp")), ("--data-dir", str(data_dir))
    generator = await stack.enter_async_context(_service("generator", *temp_dir, **shared))
    shared["AUDIO_GENERATION_SERVICE_URL"] = generator
    library = await stack.enter_async_context(_service("serve", *data, **shared))
    shared["ASSET_SERVICE_URL"] = library
    port = gateway.rpartition(":")[2]
    await stack.enter_async_context(_service("gateway", *data, "--port", port, **shared))
    sys.stdout.write(
        f"generator at {generator}, asset service at {library}, gateway at {gateway}\n"
    )
    return gateway


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


async def new_api_key(data_dir: Path) -> str:
    """As `audiolib keys create` makes it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "keys", "create", "--data-dir", str(data_dir)),
        *("--customer", "customer_123", "--user", "user_456", "--expires", "1d"),
        env=os.environ | _EMBEDDED,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise DemoFailedError("audiolib keys create failed")
    return out.decode().strip()


@asynccontextmanager
async def _service(name: str, *options: str, **settings: str) -> AsyncIterator[str]:
    """Run a service, on a free port by default. Yields: its URL."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", name),
        *(() if "--port" in options else ("--port", "0")),
        *options,
        env=os.environ | _EMBEDDED | settings,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield await asyncio.wait_for(_await_listening(process, name), _PATIENCE)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _await_listening(process: asyncio.subprocess.Process, name: str) -> str:
    assert process.stderr is not None  # noqa: S101 - it was opened as a pipe
    said = ""
    while line := (await process.stderr.readline()).decode():
        if line.startswith("listening on "):
            return line.split()[-1]
        said += line
    raise DemoFailedError(f"audiolib {name} did not start:\n{said}")
