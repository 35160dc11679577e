"""Port: turns text into speech."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Protocol

import attrs

from audiolib.domain.model.metadata import SpeechRequest


@attrs.frozen(kw_only=True)
class Pcm:
    """A stretch of speech: signed 16-bit little-endian samples, one channel; rate in Hz."""

    sample_rate: int
    frames: bytes = attrs.field(repr=False)


class SpeechSynthesizer(Protocol):
    """Speaks with one or more voices.

    Every adapter passes `audiolib.testing.contracts.SpeechSynthesizerContract`.
    """

    voices: tuple[str, ...]

    @abstractmethod
    def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        """The speech in order, a sentence or so at a time, all at one sample rate.

        The work is done off the event loop, and memory is bounded whatever the text's length.

        Raises, at the call or with the first Pcm:
            InvalidRequestError: the voice is unknown, or doesn't speak the language or so fast.
            SpeechUnavailableError: the voice can't speak here; the message says what to install.
        """
