"""A voice's model on a thread of its own, loaded when it first has to speak."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from audiolib.adapters.speech.sentences import is_speakable, sentences
from audiolib.domain.model.errors import SpeechUnavailableError
from audiolib.ports.speech_synthesizer import Pcm

_SILENCE_SECONDS = 0.3


class VoiceThread:
    """`load` gives the model; both it and what uses the model block, so neither runs on the
    event loop, nor two at once."""

    def __init__(self, load: Callable[[], Any], *, sample_rate: int) -> None:
        self._load = load
        self._rate = sample_rate
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="voice")
        self._model: Any = None

    async def speak(self, text: str, say: Callable[[Any, str], bytes]) -> AsyncIterator[Pcm]:
        """One Pcm a sentence; what has nothing to say in it is a short silence.

        Raises: SpeechUnavailableError.
        """
        loop = asyncio.get_running_loop()
        for sentence in sentences(text):
            frames = b""
            if is_speakable(sentence):
                frames = await loop.run_in_executor(self._pool, self._say, sentence, say)
            yield Pcm(sample_rate=self._rate, frames=frames or self._silence())

    def _say(self, sentence: str, say: Callable[[Any, str], bytes]) -> bytes:
        if self._model is None:
            try:
                self._model = self._load()
            except ImportError as missing:
                raise SpeechUnavailableError(
                    f'the voice needs {missing.name}: pip install "audiolib[speech]"'
                ) from missing
        return say(self._model, sentence)

    def _silence(self) -> bytes:
        return bytes(2 * int(self._rate * _SILENCE_SECONDS))


def as_pcm(samples: Any) -> bytes:
    """NumPy's floats from -1 to 1 as 16-bit little-endian samples."""
    return (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()
