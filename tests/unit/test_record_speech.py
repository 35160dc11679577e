"""RecordSpeech over the fakes."""

import io
import wave
from collections.abc import AsyncIterator

import attrs
import pytest

from audiolib import InsufficientStorageError, InvalidRequestError, SpeechUnavailableError
from audiolib.adapters.memory import MemoryTempFileStore
from audiolib.domain.model.errors import FieldError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.use_cases.speech.record_speech import RecordSpeech, wav_header
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer
from audiolib.testing import FakeClock

NAME = TempName("audio_1.wav")


@attrs.frozen
class Voice(SpeechSynthesizer):
    """Says these stretches of samples."""

    frames: tuple[bytes, ...]
    rate: int = 22_050
    voices: tuple[str, ...] = ("any",)

    async def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        for each in self.frames:
            yield Pcm(sample_rate=self.rate, frames=each)


def recorder(*frames: bytes, quota: int = 1 << 20, longest_text: int = 5) -> RecordSpeech:
    return RecordSpeech(
        synthesizer=Voice(frames),
        temp_files=MemoryTempFileStore(now=FakeClock()),
        new_name=lambda: NAME,
        longest_text=longest_text,
        quota=quota,
    )


async def test_the_file_is_what_was_said_and_so_is_the_answer() -> None:
    record = recorder(b"\x01\x00" * 100, b"", b"\x02\x00" * 50)
    done = await record(SpeechRequest(text="hello"))
    data = record.temp_files.files[NAME]  # type: ignore[attr-defined]
    with wave.open(io.BytesIO(data)) as file:
        assert file.getparams()[:4] == (1, 2, 22_050, 150)
        assert file.readframes(150) == b"\x01\x00" * 100 + b"\x02\x00" * 50
    assert (done.name, done.size, done.sample_rate) == (NAME, len(data), 22_050)
    assert done.duration == 150 / 22_050


@pytest.mark.parametrize("size", [0, 1, 1000, 2**32 - 37, 2**32 - 36, 2**32, 2**40])
def test_a_header_is_that_of_the_wave_module_as_far_as_it_goes(size: int) -> None:
    header = wav_header(8000, size)
    assert len(header) == 44
    assert int.from_bytes(header[40:], "little") == min(size, 2**32 - 1)
    assert int.from_bytes(header[4:8], "little") == min(size + 36, 2**32 - 1)
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
    assert header[8:40] == written.getvalue()[8:40]


async def test_a_text_that_is_too_long_is_refused_by_name() -> None:
    record = recorder(b"\x00\x00", longest_text=5)
    record.check(SpeechRequest(text="12345"))
    expected = (FieldError("text", "must have at most 5 characters to be spoken"),)
    with pytest.raises(InvalidRequestError) as refused:
        record.check(SpeechRequest(text="123456"))
    assert refused.value.faults == expected
    with pytest.raises(InvalidRequestError) as refused:
        await record(SpeechRequest(text="123456"))
    assert refused.value.faults == expected


async def test_a_voice_that_says_nothing_leaves_nothing() -> None:
    record = recorder()
    with pytest.raises(SpeechUnavailableError, match=r"^the voice said nothing$"):
        await record(SpeechRequest(text="hello"))
    assert await record.temp_files.size() == 0


async def test_the_quota_is_reached_exactly() -> None:
    record = recorder(b"\x00\x00", quota=46)
    await record(SpeechRequest(text="hello"))
    with pytest.raises(InsufficientStorageError, match=r"^too many temp files wait to be saved$"):
        await record(SpeechRequest(text="hello"))
