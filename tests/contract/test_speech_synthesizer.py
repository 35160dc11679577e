"""Every adapter keeps the contract of the port SpeechSynthesizer."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from audiolib.adapters.memory import ToneSynthesizer
from audiolib.adapters.speech import KokoroSynthesizer, PiperSynthesizer
from audiolib.adapters.speech.kokoro_model import KokoroModel
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.testing.contracts import SpeechSynthesizerContract

kokoro, piper = cache(KokoroSynthesizer), cache(PiperSynthesizer)


@pytest.fixture(scope="module")
def each_sentence_is_said_once() -> Iterator[None]:
    """The contract repeats one sentence at three speeds, and Kokoro takes seconds for each."""
    say = KokoroModel.say
    said: dict[tuple[str, float], Any] = {}

    def say_once(model: KokoroModel, phonemes: str, request: SpeechRequest) -> Any:
        key = (phonemes, request.speed)
        if key not in said:
            said[key] = say(model, phonemes, request)
        return said[key].copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KokoroModel, "say", say_once)
        yield


class TestKokoroSynthesizer(SpeechSynthesizerContract):
    voice = "kokoro-82m"

    @pytest.fixture
    def synthesizer(self, each_sentence_is_said_once: None) -> KokoroSynthesizer:
        return kokoro()


class TestPiperSynthesizer(SpeechSynthesizerContract):
    voice = "piper-joe"

    @pytest.fixture
    def synthesizer(self) -> PiperSynthesizer:
        return piper()


class TestToneSynthesizer(SpeechSynthesizerContract):
    voice = "tone"

    @pytest.fixture
    def synthesizer(self) -> ToneSynthesizer:
        return ToneSynthesizer()
