"""How every voice gets through a text: sentence by sentence, in bounded memory."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Protocol

from audiolib.adapters.speech.model_thread import ModelThread
from audiolib.adapters.speech.sentences import sentences, speakable, stretches
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm

# A model's memory grows with the seconds that it speaks in one go, about 25 MB for each.
_LONGEST_STRETCH = 250
_PAUSE_SECONDS = 0.25


class SpeechModel(Protocol):
    """What a voice's library can do; called on the model's own thread only."""

    sample_rate: int

    def phonemes(self, sentence: str, request: SpeechRequest) -> str:
        """The sounds of a sentence, one a character; empty when the voice knows none of them."""

    def say(self, phonemes: str, request: SpeechRequest) -> Any:
        """The samples of a stretch of sounds: an array of floats from -1 to 1."""


async def speak_sentences(
    thread: ModelThread[SpeechModel], request: SpeechRequest
) -> AsyncIterator[Pcm]:
    """The request's text as speech, with a pause after each sentence.

    The pause is all that is heard of a sentence without letters.
    """
    rate = await thread.run(lambda model: model.sample_rate)
    # Letters that the voice spells out make many sounds each, so cutting the text is not enough.
    longest = int(_LONGEST_STRETCH * min(1.0, request.speed))
    for sentence in filter(speakable, sentences(request.text)):
        phonemes = await thread.run(partial(_phonemes, sentence, request))
        for stretch in stretches(phonemes, longest):
            frames = await thread.run(partial(_frames, stretch, request))
            if frames:
                yield Pcm(sample_rate=rate, frames=frames)
        yield _pause(rate, request.speed)
    if not speakable(request.text):
        yield _pause(rate, request.speed)


def _phonemes(sentence: str, request: SpeechRequest, model: SpeechModel) -> str:
    return model.phonemes(sentence, request)


def _frames(phonemes: str, request: SpeechRequest, model: SpeechModel) -> bytes:
    import numpy as np

    samples = np.clip(model.say(phonemes, request), -1.0, 1.0)
    return bytes((samples * 32767).astype("<i2").tobytes())


def _pause(rate: int, speed: float) -> Pcm:
    return Pcm(sample_rate=rate, frames=bytes(2 * int(rate * _PAUSE_SECONDS / speed)))
