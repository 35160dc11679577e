"""Port: audio files of this machine."""

from abc import abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from audiolib.ports.audio_source import OpenedAudio


class LocalAudio(Protocol):
    """Reads files; never changes them."""

    @abstractmethod
    def open(self, path: str) -> AbstractAsyncContextManager[OpenedAudio]:
        """Open a plain file as a stream of chunks, with its size in bytes.

        Raises, on entry: SourceNotFoundError, when there is no such plain file.
        Raises, on entry or while reading: SourceUnavailableError, when it can't be read.
        """
