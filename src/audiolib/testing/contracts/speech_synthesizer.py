"""The contract of the port SpeechSynthesizer."""

import struct

import pytest

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer
from audiolib.testing.contracts.samples import gather

SENTENCE = "The quick brown fox jumps over the lazy dog."


@pytest.mark.asyncio
class SpeechSynthesizerContract:
    """Override the fixture `synthesizer`, and name one of its voices in `voice`."""

    voice: str

    @pytest.fixture
    def synthesizer(self) -> SpeechSynthesizer:
        raise NotImplementedError("override the fixture `synthesizer`: a speech synthesizer")

    async def test_its_voices_are_named(self, synthesizer: SpeechSynthesizer) -> None:
        assert self.voice in synthesizer.voices

    async def test_it_speaks(self, synthesizer: SpeechSynthesizer) -> None:
        speech = await _speak(synthesizer, self._request(SENTENCE))
        assert 0.3 < _duration(speech) < 60

    async def test_all_is_at_one_rate_and_in_whole_samples(
        self, synthesizer: SpeechSynthesizer
    ) -> None:
        speech = await _speak(synthesizer, self._request(f"{SENTENCE} {SENTENCE}\n{SENTENCE}"))
        (rate,) = {pcm.sample_rate for pcm in speech}
        assert 8000 <= rate <= 48_000
        assert all(pcm.frames and len(pcm.frames) % 2 == 0 for pcm in speech)

    async def test_it_is_heard(self, synthesizer: SpeechSynthesizer) -> None:
        speech = await _speak(synthesizer, self._request(SENTENCE))
        assert max(abs(sample) for sample in _samples(speech)) > 1000

    async def test_more_text_is_more_speech(self, synthesizer: SpeechSynthesizer) -> None:
        short = await _speak(synthesizer, self._request(SENTENCE))
        long = await _speak(synthesizer, self._request(" ".join([SENTENCE] * 5)))
        assert _duration(long) > 3 * _duration(short)

    async def test_faster_is_shorter(self, synthesizer: SpeechSynthesizer) -> None:
        slow = await _speak(synthesizer, self._request(SENTENCE, speed=0.75))
        fast = await _speak(synthesizer, self._request(SENTENCE, speed=1.5))
        assert _duration(fast) < 0.8 * _duration(slow)

    async def test_several_speak_at_once(self, synthesizer: SpeechSynthesizer) -> None:
        texts = (SENTENCE, " ".join([SENTENCE] * 3))
        short, long = await gather(_speak(synthesizer, self._request(t)) for t in texts)
        assert 0 < _duration(short) < _duration(long)

    async def test_an_unknown_voice_is_refused_by_name(
        self, synthesizer: SpeechSynthesizer
    ) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            await _speak(synthesizer, SpeechRequest(text=SENTENCE, voice="nobody"))
        assert [fault.field for fault in caught.value.faults] == ["voice"]

    def _request(self, text: str, speed: float = 1.0) -> SpeechRequest:
        return SpeechRequest(text=text, voice=self.voice, speed=speed)


async def _speak(synthesizer: SpeechSynthesizer, request: SpeechRequest) -> list[Pcm]:
    return [pcm async for pcm in synthesizer.speak(request)]


def _duration(speech: list[Pcm]) -> float:
    return sum(len(pcm.frames) / 2 / pcm.sample_rate for pcm in speech)


def _samples(speech: list[Pcm]) -> tuple[int, ...]:
    frames = b"".join(pcm.frames for pcm in speech)
    return struct.unpack(f"<{len(frames) // 2}h", frames)
