"""Our generator as tests run it: over a folder, with a voice that needs no model."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from audiolib.adapters.memory import ToneSynthesizer
from audiolib.entrypoints.bootstrap.generator import assemble_generator
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.entrypoints.generator.app import create_generator
from audiolib.ports.speech_synthesizer import SpeechSynthesizer


def generator_app(
    folder: Path,
    voice: SpeechSynthesizer | None = None,
    limits: SpeakingLimits = SpeakingLimits(),
    *,
    temp_file_ttl: timedelta = timedelta(hours=1),
    tokens: Sequence[str] = (),
) -> web.Application:
    """A generator that speaks into this folder."""
    record_speech = assemble_generator(voice or ToneSynthesizer(), folder, limits)
    return create_generator(record_speech, limits, temp_file_ttl=temp_file_ttl, tokens=tokens)
