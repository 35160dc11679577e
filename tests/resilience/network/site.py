"""The whole product as processes, each server reached through a proxy of its own."""

import asyncio
import random
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import attrs

from tests.resilience.network.daemon import Daemon
from tests.resilience.network.proxy import Proxy, proxied
from tests.servers import (
    ACCESS_KEY,
    SECRET_KEY,
    Server,
    mongodb_url,
    seaweedfs_on,
    secantus_on,
)

BUCKET = "audiolib-network"
DATABASE = "network"
QUICK = {
    "SAVE_LEASE": "2",
    "RECOVER_INTERVAL": "1",
    "CLEANUP_INTERVAL": "0.2",
    "S3_TIMEOUT": "2",
    "MONGODB_TIMEOUT": "2",
    "CONNECT_TIMEOUT": "1",
    "FIRST_BYTE_TIMEOUT": "1",
    "STALL_TIMEOUT": "1",
    # Nothing is waited for but deadlines, and then there is much to say of it.
    "LOG_LEVEL": "INFO",
}
"""Deadlines short enough that a fault of a second is one."""


@attrs.frozen(kw_only=True)
class Site:
    """`temp` is the generator's folder; `proxies` are named as the servers behind them."""

    folder: Path
    seaweedfs: Daemon
    mongodb: Daemon
    generator: Daemon
    services: list[Daemon]
    proxies: Mapping[str, Proxy]

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def daemons(self) -> list[Daemon]:
        return [self.services[0], self.seaweedfs, *self.services[1:], self.mongodb, self.generator]

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{service.server.port}" for service in self.services]

    def environment(self, **settings: str) -> dict[str, str]:
        """What reaches the same servers without the proxies, but for the temp files' address."""
        return _environment(
            s3=self.seaweedfs.server.port,
            mongodb=self.mongodb.server.port,
            generator=self.proxies["generator"].port,
        ) | {**settings}

    def lift(self) -> None:
        for proxy in self.proxies.values():
            proxy.poison()


def _environment(*, s3: int, mongodb: int, generator: int) -> dict[str, str]:
    return {
        "OBJECT_STORE": "s3",
        "METADATA_STORE": "mongodb",
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{s3}",
        "S3_BUCKET": BUCKET,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "MONGODB_URL": mongodb_url(mongodb),
        "MONGODB_DATABASE": DATABASE,
        "AUDIO_GENERATION_SERVICE_URL": f"http://127.0.0.1:{generator}",
    }


@asynccontextmanager
async def running_site(*, services: int = 2, **settings: str) -> AsyncIterator[Site]:
    """All of it, with empty stores; `settings` are the services'."""
    folder = Path(tempfile.mkdtemp(prefix="audiolib-network-"))
    (folder / "temp").mkdir()
    stores = {
        "s3": seaweedfs_on(folder, lasting_port),
        "mongodb": secantus_on(folder, lasting_port),
    }
    generator = _generator(folder)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        proxies = {
            name: await stack.enter_async_context(proxied(server.port))
            for name, server in {**stores, "generator": generator}.items()
        }
        environment = _environment(**{name: proxy.port for name, proxy in proxies.items()})
        site = Site(
            folder=folder,
            seaweedfs=Daemon("seaweedfs", stores["s3"]),
            mongodb=Daemon("mongodb", stores["mongodb"]),
            generator=Daemon("generator", generator),
            services=[
                Daemon(f"service {number}", service_on(folder, number, environment | settings))
                for number in range(services)
            ],
            proxies=proxies,
        )
        for daemon in site.daemons:
            stack.push_async_callback(daemon.kill)
        servers = (site.seaweedfs, site.mongodb, site.generator)
        await asyncio.gather(*(server.start() for server in servers))
        await asyncio.gather(*(service.start() for service in site.services))
        yield site


def lasting_port() -> int:
    """Free, and below those that the kernel gives to outgoing connections: else one of these may
    hold it when a killed server wants it back. SeaweedFS takes 10,000 above each, too."""
    while True:
        port = random.randrange(12_000, 22_000)
        if all(_is_free(each) for each in (port, port + 10_000)):
            return port


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _generator(folder: Path) -> Server:
    port = lasting_port()
    command = [*_audiolib(), "generator", "--port", str(port), "--temp-dir", str(folder / "temp")]
    return Server(command, port, folder / "generator.log")


def service_on(folder: Path, number: int, environment: Mapping[str, str]) -> Server:
    """`environment` is its settings."""
    port = lasting_port()
    log = folder / f"service-{number}.log"
    return Server([*_audiolib(), "serve", "--port", str(port)], port, log, environment)


def _audiolib() -> list[str]:
    return [sys.executable, "-m", "audiolib"]
