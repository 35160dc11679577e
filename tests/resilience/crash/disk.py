"""One machine's disk: the embedded pair of stores, and a generator's folder of temp files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
from dependency_injector import providers

from audiolib import SaveAudio, Tenant
from audiolib.domain.model.errors import SourceNotFoundError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources
from audiolib.entrypoints.config.settings import Settings
from audiolib.ports.audio_source import AudioSource, OpenedAudio
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing import wav_header

TENANT = Tenant(customer_id="acme", user_id="ann")
SIZES = {"1 B": 2, "64 KiB": 64 * 1024, "12 MiB": 12 * 1024 * 1024}
"""Bytes of samples; the fewest that a WAV can have is one of them."""
_CHUNK = 256 * 1024


@attrs.frozen
class FolderSource(AudioSource):
    """Temp files read from a folder."""

    folder: Path

    @asynccontextmanager
    async def open(self, temp_file: TempFile) -> AsyncIterator[OpenedAudio]:
        path = self.folder / str(temp_file.name)
        if not path.exists():
            raise SourceNotFoundError(f"there is no temp file {temp_file.name}")

        async def chunks() -> AsyncIterator[bytes]:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    yield chunk

        yield OpenedAudio(chunks=chunks(), size=path.stat().st_size, etag=None)


@attrs.frozen
class FolderCleaner(TempCleaner):
    """Deletes them there."""

    folder: Path

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        (self.folder / str(temp_file.name)).unlink(missing_ok=True)


@attrs.frozen
class Disk:
    """Everything lies below `folder`."""

    folder: Path

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def objects(self) -> Path:
        return self.folder / "data" / "objects"

    def generate(self, name: str, samples: int) -> None:
        self.temp.mkdir(parents=True, exist_ok=True)
        (self.temp / f"{name}.wav").write_bytes(sound(samples))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Container]:
        """The product over this disk, as a process has it."""
        settings = Settings.read(
            {
                "DATA_DIR": str(self.folder / "data"),
                "SIGNING_KEY": "no file of its own".ljust(32, "."),
            }
        )
        container = build_container(settings)
        container.source.override(providers.Object(FolderSource(self.temp)))
        container.cleaner.override(providers.Object(FolderCleaner(self.temp)))
        async with open_resources(container):
            yield container


def sound(samples: int) -> bytes:
    pattern = bytes(range(256))
    return wav_header(samples) + (pattern * (samples // 256 + 1))[:samples]


def command(name: str) -> SaveAudio:
    return SaveAudio(
        tenant=TENANT,
        audio_url=f"/temp/{TempName(f'{name}.wav')}",
        text=f"Saved as {name}",
        voice="tone",
        idempotency_key=name,
    )
