"""RecordSpeech: from a text to a temp file, a WAV file that can be saved to the library."""

import struct
from collections.abc import AsyncIterator, Callable
from functools import partial

import attrs

from audiolib.domain.model.errors import (
    FieldError,
    InsufficientStorageError,
    InvalidRequestError,
    SpeechUnavailableError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer
from audiolib.ports.temp_file_store import TempFileStore

_HEADER_BYTES, _SAMPLE_BYTES = 44, 2
_LARGEST_SIZE = 2**32 - 1


@attrs.frozen(kw_only=True)
class RecordedSpeech:
    """A finished temp file: size in bytes, duration in seconds, rate in Hz."""

    name: TempName
    size: int
    duration: float
    sample_rate: int


@attrs.frozen(kw_only=True)
class RecordSpeech:
    """Speaks texts of up to `longest_text` characters while all temp files are below `quota` bytes.

    It speaks as many at once as it is called; who calls it limits that.
    """

    synthesizer: SpeechSynthesizer
    temp_files: TempFileStore
    new_name: Callable[[], TempName]
    longest_text: int
    quota: int

    def check(self, request: SpeechRequest) -> None:
        """Raises: InvalidRequestError, if the text is too long to be spoken."""
        if len(request.text) > self.longest_text:
            message = f"must have at most {self.longest_text} characters to be spoken"
            raise InvalidRequestError(FieldError("text", message))

    async def __call__(self, request: SpeechRequest) -> RecordedSpeech:
        """Return the finished temp file; when cancelled, stop after the sentence being spoken.

        Raises: InvalidRequestError for too long a text; InsufficientStorageError, when the quota
        is used up; what the synthesizer raises. Then nothing is left of it.
        """
        self.check(request)
        if await self.temp_files.size() >= self.quota:
            raise InsufficientStorageError("too many temp files wait to be saved")
        speech = aiter(self.synthesizer.speak(request))
        first = await anext(speech, None)
        if first is None:
            raise SpeechUnavailableError("the voice said nothing")
        stored = await self.temp_files.put(
            self.new_name(),
            _frames(first, speech),
            header=partial(wav_header, first.sample_rate),
        )
        samples = (stored.size - _HEADER_BYTES) // _SAMPLE_BYTES
        return RecordedSpeech(
            name=stored.name,
            size=stored.size,
            duration=samples / first.sample_rate,
            sample_rate=first.sample_rate,
        )


async def _frames(first: Pcm, more: AsyncIterator[Pcm]) -> AsyncIterator[bytes]:
    yield first.frames
    async for pcm in more:
        yield pcm.frames


def wav_header(sample_rate: int, size: int) -> bytes:
    """Return the header of `size` bytes of 16-bit mono PCM at `sample_rate` Hz (RIFF WAVE, in IBM
    and Microsoft's Multimedia Programming Interface and Data Specifications 1.0)."""
    riff_size, data_size = (min(size + more, _LARGEST_SIZE) for more in (_HEADER_BYTES - 8, 0))
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff_size, b"WAVE", b"fmt ", 16, 1, 1),
        *(sample_rate, sample_rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES),
        *(b"data", data_size),
    )
