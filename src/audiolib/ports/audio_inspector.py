"""Port: measures audio while its bytes pass, without any I/O of its own."""

from abc import abstractmethod
from typing import Protocol

from audiolib.domain.model.audio import AudioFormat, AudioProperties

SNIFF_BYTES = 8192
"""How many bytes from the start show every format we take (two MPEG frames at the largest)."""


class Inspection(Protocol):
    """One audio being inspected, in bounded memory; `format` is what its first bytes showed."""

    format: AudioFormat

    @abstractmethod
    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes; they are not changed. Raises: NotAudioError."""

    @abstractmethod
    def finish(self) -> AudioProperties:
        """Call once, after the last byte.

        Raises:
            NotAudioError: the bytes are not playable audio of the format.
            SourceTruncatedError: the container itself says that bytes are missing.
        """


class AudioInspector(Protocol):
    """Every adapter passes `audiolib.testing.contracts.AudioInspectorContract`."""

    @abstractmethod
    def begin(self, head: bytes) -> Inspection:
        """Begin to inspect audio by its first SNIFF_BYTES, or all of it, if it is shorter.

        `head` only decides the format: it is fed like all other bytes. Raises: NotAudioError.
        """
