"""A service that is told to end does so, whatever its servers do."""

from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from tests.resilience.network.daemon import Daemon
from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import proxied
from tests.resilience.network.site import QUICK, service_on
from tests.resilience.network.writers import reached
from tests.servers import MongoServer, S3Server, mongodb_url
from tests.stores import server_environment

SELDOM = QUICK | {"CLEANUP_INTERVAL": "3600", "RECOVER_INTERVAL": "3600", "SHUTDOWN_TIMEOUT": "1"}


async def asked_once(service: Daemon) -> None:
    """From then on it keeps a connection to each server, over which nothing is under way."""
    address = f"http://127.0.0.1:{service.server.port}/health/ready"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert answer.status == 200


async def test_a_mongodb_that_swallows_everything_does_not_hold_up_the_end(
    s3_server: S3Server, mongo_server: MongoServer, aws_keys: None, tmp_path: Path
) -> None:
    async with proxied(urlsplit(mongo_server.url).port or 27017) as proxy:
        through = MongoServer(mongodb_url(proxy.port))
        stores = server_environment(s3_server, through, "motor")
        service = Daemon("service", service_on(tmp_path, 0, stores | SELDOM))
        await service.start()
        try:
            await asked_once(service)
            proxy.poison(to_client=Toxic(timeout=3600))
            service.tell_to_end()
            assert await reached(lambda: service.ended, within=6)
        finally:
            await service.kill()
