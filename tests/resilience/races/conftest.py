"""The repos and stores that are raced for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audiolib.entrypoints.bootstrap.library_container import Container
from tests.resilience.races.rounds import processes
from tests.stores import server_environment

PAIRS = ["filesystem + SQLite", "filesystem + MongoDB by pymongo", "S3 + MongoDB by motor"]


@pytest.fixture(params=PAIRS)
async def two_processes(
    request: pytest.FixtureRequest, tmp_path: Path, aws_keys: None
) -> AsyncIterator[list[Container]]:
    environment = {}
    if "MongoDB" in request.param:
        servers = [request.getfixturevalue(name) for name in ("s3_server", "mongo_server")]
        environment = server_environment(*servers, request.param.rpartition(" ")[2])
        environment["S3_BUCKET"] = "audiolib-races"
        environment["S3_BUCKET"] = "audiolib-races"
    if request.param.startswith("filesystem"):
        environment["OBJECT_STORE"] = "filesystem"
    async with processes(environment, tmp_path, 2) as containers:
        yield containers
