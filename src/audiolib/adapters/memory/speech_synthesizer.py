"""A voice without dependencies: one tone for every letter."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator

from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer

SAMPLE_RATE = 8000
_SECONDS_A_LETTER = 0.05
_LETTERS_AT_ONCE = 20


class ToneSynthesizer(SpeechSynthesizer):
    """Hums under the name `tone`, the same for the same text."""

    voices = ("tone",)

    async def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        if request.voice not in self.voices:
            raise InvalidRequestError(FieldError("voice", "must be one of: tone"))
        for start in range(0, len(request.text), _LETTERS_AT_ONCE):
            letters = request.text[start : start + _LETTERS_AT_ONCE]
            yield Pcm(sample_rate=SAMPLE_RATE, frames=_hum(letters, request.speed))
            await asyncio.sleep(0)


def _hum(letters: str, speed: float) -> bytes:
    length = int(SAMPLE_RATE * _SECONDS_A_LETTER / speed)
    samples = [
        int(8000 * math.sin(2 * math.pi * (200 + ord(letter) % 64 * 10) * n / SAMPLE_RATE))
        for letter in letters
        for n in range(length)
    ]
    return struct.pack(f"<{len(samples)}h", *samples)
