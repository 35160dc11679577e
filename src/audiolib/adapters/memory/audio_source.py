"""An audio source in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from audiolib.adapters.memory.temp_files import MemoryTempFiles
from audiolib.domain.model.errors import SourceNotFoundError
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.audio_source import AudioSource, OpenedAudio


class MemoryAudioSource(AudioSource):
    """Reads temp files from memory."""

    def __init__(self, temp_files: MemoryTempFiles) -> None:
        self._temp = temp_files

    @asynccontextmanager
    async def open(self, temp_file: TempFile) -> AsyncIterator[OpenedAudio]:
        data = self._temp.files.get(temp_file)
        if data is None:
            raise SourceNotFoundError(f"there is no temp file {temp_file.name}")
        yield OpenedAudio(
            chunks=self._chunks(data), size=len(data), etag=self._temp.etag(temp_file)
        )

    async def _chunks(self, data: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(data), self._temp.chunk_size):
            yield data[start : start + self._temp.chunk_size]
