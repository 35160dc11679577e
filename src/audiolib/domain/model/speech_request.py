"""What the generator is asked to say."""

import attrs

from audiolib.domain.model.field_rules import refuse
from audiolib.domain.model.metadata import speech_faults


@attrs.frozen(kw_only=True)
class SpeechRequest:
    """Text in a language, by a voice, at a speed (1.0 is the voice's own)."""

    text: str
    voice: str = "kokoro-82m"
    language: str = "en"
    speed: float = 1.0

    def __attrs_post_init__(self) -> None:
        refuse(*speech_faults(self))
