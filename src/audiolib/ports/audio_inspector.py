"""Port: learns what audio is while its bytes pass."""

from abc import abstractmethod
from typing import Protocol

from audiolib.domain.model.audio import AudioFacts, AudioFormat


class Inspection(Protocol):
    """One audio being inspected, in bounded memory."""

    @abstractmethod
    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes; they are not changed. Raises: NotAudioError."""

    @abstractmethod
    def finish(self) -> AudioFacts:
        """Call once, after the last byte.

        Raises:
            NotAudioError: the bytes are not playable audio of the format.
            SourceTruncatedError: the container itself says that bytes are missing.
        """


class AudioInspector(Protocol):
    """Every adapter passes `audiolib.testing.contracts.AudioInspectorContract`."""

    @abstractmethod
    def begin(self, audio_format: AudioFormat) -> Inspection:
        """Begin to inspect audio of a format that its first bytes told."""
