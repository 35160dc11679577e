"""LocalAudio on this machine's file system."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from audiolib.domain.model.errors import SourceNotFoundError, SourceUnavailableError
from audiolib.ports.audio_source import OpenedAudio
from audiolib.ports.local_audio import LocalAudio

_READ = 256 * 1024


class FilesystemLocalAudio(LocalAudio):
    """Reads off the event loop, a quarter of a MiB at a time."""

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[OpenedAudio]:
        file, size = await asyncio.to_thread(_open, path)
        try:
            yield OpenedAudio(chunks=_chunks(file, path), size=size, etag=None)
        finally:
            file.close()


def _open(path: str) -> tuple[BinaryIO, int]:
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            raise SourceNotFoundError(f"{path} is not a file")
        return Path(path).open("rb"), found.st_size
    except FileNotFoundError as missing:
        raise SourceNotFoundError(f"there is no file {path}") from missing
    except OSError as failed:
        raise SourceUnavailableError(f"{path}: {failed.strerror}") from failed


async def _chunks(file: BinaryIO, path: str) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, _READ):
            yield chunk
    except OSError as failed:
        raise SourceUnavailableError(f"{path}: {failed.strerror}") from failed
