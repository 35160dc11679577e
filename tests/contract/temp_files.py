"""Generators whose temp files the contracts of AudioSource and TempCleaner run over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
from aiohttp.test_utils import TestServer

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.settings import HttpSettings
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner
from audiolib.adapters.memory import MemoryAudioSource, MemoryTempCleaner, MemoryTempFiles
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.audio_source import AudioSource
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing.contracts.audio_source import Publish
from audiolib.testing.contracts.temp_cleaner import EtagOf, Exists
from tests.generators import generator_app


@attrs.frozen(kw_only=True)
class Generator:
    """Both ports of one generator, and what its temp files are published and looked at by."""

    source: AudioSource
    cleaner: TempCleaner
    publish: Publish
    exists: Exists
    etag_of: EtagOf


def in_memory() -> Generator:
    temp_files = MemoryTempFiles()

    async def publish(name: str, data: bytes) -> TempFile:
        temp_file = TempFile(base="http://generator.test", name=TempName(name))
        temp_files.files[temp_file] = data
        return temp_file

    async def exists(temp_file: TempFile) -> bool:
        return temp_file in temp_files.files

    async def etag_of(temp_file: TempFile) -> str:
        return temp_files.etag(temp_file)

    return Generator(
        source=MemoryAudioSource(temp_files),
        cleaner=MemoryTempCleaner(temp_files),
        publish=publish,
        exists=exists,
        etag_of=etag_of,
    )


@asynccontextmanager
async def over_http(folder: Path) -> AsyncIterator[Generator]:
    """Over real sockets, to the real generator."""
    folder.mkdir()
    async with (
        TestServer(generator_app(folder)) as server,
        open_http_session(HttpSettings()) as session,
    ):
        source = HttpAudioSource(session=session)

        async def publish(name: str, data: bytes) -> TempFile:
            (folder / name).write_bytes(data)
            return TempFile(base=str(server.make_url("")).rstrip("/"), name=TempName(name))

        async def exists(temp_file: TempFile) -> bool:
            return (folder / str(temp_file.name)).exists()

        async def etag_of(temp_file: TempFile) -> str | None:
            async with source.open(temp_file) as opened:
                return opened.etag

        yield Generator(
            source=source,
            cleaner=HttpTempCleaner(session=session),
            publish=publish,
            exists=exists,
            etag_of=etag_of,
        )
