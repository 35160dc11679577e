"""SpeechSynthesizer by Kokoro-82M and Piper; without the `speech` extra they say so."""

from audiolib.adapters.speech.choice import VoiceChoice
from audiolib.adapters.speech.kokoro import KokoroSynthesizer
from audiolib.adapters.speech.piper import PiperSynthesizer

__all__ = ["KokoroSynthesizer", "PiperSynthesizer", "VoiceChoice"]
