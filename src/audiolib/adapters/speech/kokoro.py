"""Speech by Kokoro-82M, on this machine's processor and without the network."""

from collections.abc import AsyncIterator, Iterator

from audiolib.adapters.speech.kokoro_model import LANGUAGES, STYLES, KokoroModel, espeak_language
from audiolib.adapters.speech.model_thread import ModelThread
from audiolib.adapters.speech.spoken import SpeechModel, speak_sentences
from audiolib.domain.model.errors import FieldError
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.model.validation import raise_if_any
from audiolib.ports.speech_synthesizer import Pcm, SpeechSynthesizer

_SLOWEST, _FASTEST = 0.5, 2.0


class KokoroSynthesizer(SpeechSynthesizer):
    """The voices `kokoro-82m` and, by name, the styles that it can take."""

    voices = tuple(STYLES)

    def __init__(self) -> None:
        self._thread: ModelThread[SpeechModel] = ModelThread("kokoro", KokoroModel)

    def speak(self, request: SpeechRequest) -> AsyncIterator[Pcm]:
        """As the port says; refuses at once what Kokoro can't speak."""
        raise_if_any(*_faults(request))
        return speak_sentences(self._thread, request)


def _faults(request: SpeechRequest) -> Iterator[FieldError]:
    if request.voice not in STYLES:
        yield FieldError("voice", f"must be one of: {', '.join(STYLES)}")
    if espeak_language(request.language) is None:
        yield FieldError("language", f"{request.voice} speaks only: {', '.join(LANGUAGES)}")
    # Clamping would store a speed that is not the one heard.
    if not _SLOWEST <= request.speed <= _FASTEST:
        yield FieldError("speed", f"{request.voice} takes {_SLOWEST:g} to {_FASTEST:g}")
