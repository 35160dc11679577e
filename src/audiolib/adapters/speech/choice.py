"""Several synthesizers as one."""

from collections.abc import AsyncIterator

from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer


class VoiceChoice(SpeechSynthesizer):
    """Speaks with the synthesizer that has the voice; the first, when several have it."""

    def __init__(self, *synthesizers: SpeechSynthesizer) -> None:
        self._by_voice = {
            voice: synthesizer
            for synthesizer in reversed(synthesizers)
            for voice in synthesizer.voices
        }
        self.voices = tuple(
            dict.fromkeys(voice for synthesizer in synthesizers for voice in synthesizer.voices)
        )

    def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        """As the port says; refuses at once a voice that none has."""
        chosen = self._by_voice.get(request.voice)
        if chosen is None:
            raise InvalidRequestError(
                FieldError("voice", f"must be one of: {', '.join(self.voices)}")
            )
        return chosen.speak(request)
