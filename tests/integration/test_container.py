"""The container: every provider builds, by configuration alone, and what opens also closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dependency_injector import containers, providers
from tests.servers import MongoServer, S3Server

from audiolib import (
    BrowseLibrary,
    CleanUpTempFiles,
    ListenToAudio,
    RecoverSaves,
    SaveAudioToLibrary,
)
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.config.settings import Settings

USE_CASES = {
    "save_audio": SaveAudioToLibrary,
    "browse": BrowseLibrary,
    "listen": ListenToAudio,
    "clean_up": CleanUpTempFiles,
    "recover": RecoverSaves,
}


async def test_every_use_case_is_built_on_the_embedded_default(tmp_path: Path) -> None:
    container = build_container(Settings.read({"DATA_DIR": str(tmp_path)}))
    async with open_resources(container):
        for name, kind in USE_CASES.items():
            assert isinstance(getattr(await resolve(container.library()), name), kind)
        assert isinstance(await resolve(container.cleaner()), HttpTempCleaner)


async def test_every_use_case_is_built_on_servers(
    s3_server: S3Server, mongo_server: MongoServer, aws_keys: None
) -> None:
    environment = {
        "OBJECT_STORE": "s3",
        "METADATA_STORE": "mongodb",
        "S3_ENDPOINT_URL": s3_server.endpoint_url,
        "S3_BUCKET": "audiolib-container",
        "MONGODB_URL": mongo_server.url,
        "MONGODB_DATABASE": "audiolib_container",
    }
    container = build_container(Settings.read(environment))
    async with open_resources(container):
        save = (await resolve(container.library())).save_audio
        assert isinstance(save.store, S3ObjectStore)
        assert isinstance(save.repo, MongoMetadataRepo)


class Noting:
    """Resources that note when they open and close, one of which can't."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @asynccontextmanager
    async def resource(self, name: str, *, fails: str = "") -> AsyncIterator[str]:
        if fails == "open":
            raise OSError(name)
        self.seen.append(f"open {name}")
        yield name
        self.seen.append(f"close {name}")
        if fails == "close":
            raise OSError(name)


async def test_what_was_opened_is_closed_when_another_fails_to_open() -> None:
    noting, container = Noting(), containers.DynamicContainer()
    container.good = providers.Resource(noting.resource, "good")
    container.bad = providers.Resource(noting.resource, "bad", fails="open")
    with pytest.raises(OSError, match="bad"):
        async with open_resources(container):
            raise AssertionError("it was opened")
    assert noting.seen == ["open good", "close good"]


async def test_all_are_closed_even_when_one_fails_to_close() -> None:
    noting, container = Noting(), containers.DynamicContainer()
    container.good = providers.Resource(noting.resource, "good")
    container.bad = providers.Resource(noting.resource, container.good, fails="close")
    with pytest.raises(ExceptionGroup):
        async with open_resources(container):
            pass
    assert noting.seen.count("close good") == 2
