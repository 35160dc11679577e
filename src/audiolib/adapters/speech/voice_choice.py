"""SpeechSynthesizer of several: each speaks with its own voices."""

from collections.abc import AsyncIterator, Sequence

from audiolib.domain.model.errors import FieldFault, InvalidRequestError
from audiolib.domain.model.speech_request import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer


class VoiceChoice(SpeechSynthesizer):
    """Where two have a voice of the same name, the first one speaks."""

    def __init__(self, synthesizers: Sequence[SpeechSynthesizer]) -> None:
        self._by_voice = {
            voice: synthesizer
            for synthesizer in reversed(synthesizers)
            for voice in synthesizer.voices
        }
        self.voices = tuple(voice for one in synthesizers for voice in one.voices)

    def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        synthesizer = self._by_voice.get(request.voice)
        if synthesizer is None:
            message = f"is none of: {', '.join(self.voices)}"
            raise InvalidRequestError(FieldFault("voice", message))
        return synthesizer.speak(request)
