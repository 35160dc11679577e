"""Fixtures that more than one folder uses."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from audiolib.domain.model.identifiers import ObjectKey
from tests import servers
from tests.e2e.stack import Stack, running_stack
from tests.stores import EMBEDDED, server_environment

_S3_URL = os.environ.get("AUDIOLIB_TEST_S3_ENDPOINT")
_MONGODB_URL = os.environ.get("AUDIOLIB_TEST_MONGODB_URL")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.S3Server]:
    """A team's own server, with the AWS key variables, or one of ours."""
    if _S3_URL:
        yield servers.S3Server(_S3_URL)
        return
    with servers.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.MongoServer]:
    """A team's own server, or one of ours."""
    if _MONGODB_URL:
        yield servers.MongoServer(_MONGODB_URL)
        return
    with servers.secantus(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


@pytest.fixture
def aws_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of our own server, unless a team brought its own."""
    if not _S3_URL:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", servers.ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", servers.SECRET_KEY)


@pytest.fixture(params=["embedded", "s3+mongodb by motor", "s3+mongodb by pymongo"])
async def stack(
    request: pytest.FixtureRequest, tmp_path: Path, aws_keys: None
) -> AsyncIterator[Stack]:
    """The product on each pair of stores, by configuration alone."""
    environment = EMBEDDED
    if request.param != "embedded":
        environment = server_environment(
            request.getfixturevalue("s3_server"),
            request.getfixturevalue("mongo_server"),
            request.param.rpartition(" ")[2],
        )
    async with running_stack(environment, tmp_path) as stack:
        yield stack
        store = await stack.store()
        for found in [found async for found in store.list_objects("")]:
            await store.delete(ObjectKey.parse(found.key))


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Stack]:
    async with running_stack(EMBEDDED, tmp_path) as stack:
        yield stack
