"""What is wrong with the stores when a service starts, and saves that outlast its end."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pymongo import AsyncMongoClient

from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.config.settings import Settings
from tests.e2e.stack import PATIENCE, until
from tests.e2e.test_processes import DATA, post, service, slow_generator
from tests.servers import MongoServer, S3Server, free_port
from tests.stores import server_environment

NOBODY = f"127.0.0.1:{free_port()}"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (
            {
                "METADATA_STORE": "mongodb",
                "MONGODB_URL": f"mongodb://{NOBODY}",
                "MONGODB_TIMEOUT": "0.3",
            },
            b"MongoDB",
        ),
        ({"OBJECT_STORE": "s3", "S3_ENDPOINT_URL": f"http://{NOBODY}"}, b"bucket"),
    ],
    ids=["no MongoDB", "no S3"],
)
async def test_a_store_that_is_not_there_stops_the_start_in_one_line(
    tmp_path: Path, aws_keys: None, environment: Mapping[str, str], named: bytes
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", "serve", "--port", "0", "--data-dir", str(tmp_path)),
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert named in said
    assert len(said.splitlines()) == 1


async def test_an_index_that_is_missing_is_made_or_stops_the_start(
    tmp_path: Path, mongo_server: MongoServer
) -> None:
    """Without the unique one a request sent twice could be saved twice."""
    environment = server_environment(S3Server(""), mongo_server, "pymongo")
    environment |= {"OBJECT_STORE": "filesystem", "DATA_DIR": str(tmp_path)}
    settings = Settings.read(environment)

    async def started() -> None:
        container = build_container(settings)
        async with open_resources(container):
            await resolve(container.repo())

    await started()
    async with AsyncMongoClient[dict[str, Any]](mongo_server.url) as client:
        assets = client[settings.mongodb_database]["assets"]
        await assets.drop_index("idempotency")
        await started()
        assert "idempotency" in await assets.index_information()
        await assets.drop_index("idempotency")
        twice = {"customer_id": "acme", "user_id": "ann", "idempotency": {"key": "k"}}
        await assets.insert_many([{"_id": name, **twice} for name in "ab"])
        with pytest.raises(MetadataUnavailableError):
            await started()
        await client.drop_database(settings.mongodb_database)


async def test_a_save_that_outlasts_the_end_is_swept_by_the_next_service(tmp_path: Path) -> None:
    """SIGTERM, a generator that stands still, and a patience that ends."""
    quick = {"SAVE_LEASE": "1", "RECOVER_INTERVAL": "0.1", "SHUTDOWN_TIMEOUT": "0.3"}
    async with slow_generator() as (source, generator):
        async with service(tmp_path, generator, **quick) as (process, url):
            save = asyncio.create_task(post(url))
            await asyncio.wait_for(source.half_sent.wait(), PATIENCE)
            process.send_signal(signal.SIGTERM)
            with pytest.raises(aiohttp.ClientError):
                await save
            assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []
        assert not source.deleted.is_set()
        source.go_on.set()
        async with service(tmp_path, generator, **quick) as (_, url):

            async def saved() -> bool:
                status, _ = await post(url)
                assert status in (201, 409)
                return status == 201

            await until(saved, "the key is free again")
            await asyncio.wait_for(source.deleted.wait(), PATIENCE)
    files = [path for path in (tmp_path / "objects").rglob("[!.]*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [DATA]
