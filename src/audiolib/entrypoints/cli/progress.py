"""A bar that moves as bytes do."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.audio_source import AudioSource, OpenedAudio


def byte_progress() -> Progress:
    """On stderr, so that a command's output stays clean; nothing where stderr is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


class WatchedSource(AudioSource):
    """Another source, whose bytes move a bar while they are read."""

    def __init__(self, source: AudioSource, progress: Progress) -> None:
        self._source = source
        self._progress = progress

    @asynccontextmanager
    async def open(self, temp_file: TempFile) -> AsyncIterator[OpenedAudio]:
        async with self._source.open(temp_file) as audio:
            task = self._progress.add_task(f"saving {temp_file.name}", total=audio.size)

            async def chunks() -> AsyncIterator[bytes]:
                async for chunk in audio.chunks:
                    self._progress.advance(task, len(chunk))
                    yield chunk

            yield OpenedAudio(chunks=chunks(), size=audio.size, etag=audio.etag)
