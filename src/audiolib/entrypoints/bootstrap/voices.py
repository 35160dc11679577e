"""The voices of the generator."""

from audiolib.adapters.memory import ToneSynthesizer
from audiolib.adapters.speech import KokoroSynthesizer, PiperSynthesizer, VoiceChoice
from audiolib.ports.speech_synthesizer import SpeechSynthesizer


def all_voices() -> SpeechSynthesizer:
    """Kokoro, Piper, and a tone for those who have neither; each is loaded when first asked."""
    return VoiceChoice(KokoroSynthesizer(), PiperSynthesizer(), ToneSynthesizer())
