"""The generator's composition root."""

import secrets
from pathlib import Path

from audiolib.adapters.filesystem.temp_file_store import FilesystemTempFileStore
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.use_cases.speech.record_speech import RecordSpeech
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.ports.speech_synthesizer import SpeechSynthesizer


def new_temp_name() -> TempName:
    """Return a name that cannot be guessed: who can name a temp file can save it."""
    return TempName(f"audio_{secrets.token_hex(16)}.wav")


def assemble_generator(
    synthesizer: SpeechSynthesizer, temp_dir: Path, limits: SpeakingLimits
) -> RecordSpeech:
    """Return what speaks into temp files of one folder."""
    return RecordSpeech(
        synthesizer=synthesizer,
        temp_files=FilesystemTempFileStore(temp_dir),
        new_name=new_temp_name,
        longest_text=limits.longest_text,
        quota=limits.quota,
    )
