"""Real servers for the tests: SeaweedFS and a MongoDB-wire server, each its own process."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import attrs

ACCESS_KEY, SECRET_KEY = "audiolib-tests", "audiolib-tests-secret"
_PATIENCE = 60.0


@attrs.frozen
class S3Server:
    endpoint_url: str


@attrs.frozen
class MongoServer:
    url: str


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """A program of this virtual environment, or of the machine."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is not installed: pip install 'audiolib[dev]'"
    return found


@contextmanager
def process(
    command: list[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        running = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, **(environment or {})}
        )
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def wait_for_port(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if running.poll() is not None:
            break
        with closing(socket.socket()) as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}:\n{log.read_text(errors='replace')[-4000:]}")


@attrs.frozen
class Server:
    """How one is started on its own data, as often as needed; it is up when its port answers."""

    command: list[str]
    port: int
    log: Path
    environment: Mapping[str, str] = attrs.field(factory=dict)


def seaweedfs_on(folder: Path, port: Callable[[], int] = free_port) -> Server:
    """It checks signatures, since it is started with a key."""
    ports = {name: port() for name in ("s3", "master", "volume", "filer", "admin")}
    data = folder / "weed"
    data.mkdir()
    command = [
        program("weed"),
        f"-logdir={folder}",
        "mini",
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-admin.ui=false",
        "-webdav=false",
        "-master.telemetry=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}.port={port}" for name, port in ports.items()),
    ]
    environment = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        # Its sockets lie there.
        "TMPDIR": str(folder),
    }
    return Server(command, ports["s3"], folder / "weed.log", environment)


def secantus_on(folder: Path, port: Callable[[], int] = free_port) -> Server:
    chosen = port()
    data = folder / "mongo"
    data.mkdir()
    command = [program("secantusd-py"), "--port", str(chosen), "--storage-path", str(data)]
    return Server([*command, "--enable-test-commands"], chosen, folder / "mongo.log")


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Server]:
    server = seaweedfs_on(folder)
    with process(server.command, server.log, server.environment) as running:
        wait_for_port(server.port, running, server.log)
        yield S3Server(f"http://127.0.0.1:{server.port}")


@contextmanager
def secantus(folder: Path) -> Iterator[MongoServer]:
    server = secantus_on(folder)
    with process(server.command, server.log) as running:
        wait_for_port(server.port, running, server.log)
        yield MongoServer(mongodb_url(server.port))


def mongodb_url(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?directConnection=true"


@contextmanager
def rclone_s3(folder: Path) -> Iterator[S3Server]:
    """A weak one: rclone 1.75.2 lets a key be written twice, and looks at no SHA-256."""
    port = free_port()
    log = folder / "rclone.log"
    data = folder / "rclone"
    data.mkdir()
    command = [program("rclone"), "--config", str(folder / "rclone.conf"), "serve", "s3"]
    command += ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    with process([*command, str(data)], log) as running:
        wait_for_port(port, running, log)
        yield S3Server(f"http://127.0.0.1:{port}")


@contextmanager
def moto_s3(folder: Path) -> Iterator[S3Server]:
    """A weak one: moto 5.2.5 takes bodies that have not the SHA-256 they are sent with."""
    port = free_port()
    log = folder / "moto.log"
    with process([program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], log) as running:
        wait_for_port(port, running, log)
        yield S3Server(f"http://127.0.0.1:{port}")
