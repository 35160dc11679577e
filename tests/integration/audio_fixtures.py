"""Real audio of known length: made by libsndfile, or, for what it can't write, kept as files."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import attrs
import numpy as np
import soundfile

from audiolib.domain.model.audio import AudioFormat
from audiolib.testing import wav
from audiolib.testing.contracts import AudioSample

_FOLDER = Path(__file__).parents[1] / "fixtures" / "audio"
_WRITTEN_AS = {
    AudioFormat.MP3: ("MP3", "MPEG_LAYER_III"),
    AudioFormat.FLAC: ("FLAC", "PCM_16"),
    AudioFormat.OGG: ("OGG", "VORBIS"),
    AudioFormat.OPUS: ("OGG", "OPUS"),
}
MP3, FLAC, OGG, OPUS = AudioFormat.MP3, AudioFormat.FLAC, AudioFormat.OGG, AudioFormat.OPUS
_LOSSY = (MP3, OGG)

Mode = Literal["CONSTANT", "AVERAGE", "VARIABLE"]


@cache
def made(
    audio_format: AudioFormat,
    seconds: float,
    *,
    rate: int = 24_000,
    channels: int = 1,
    mode: Mode | None = None,
    level: float = 0.5,
) -> AudioSample:
    """A tone that swells. `level` is the compression, 0 to 1; Opus plays at 48 kHz always."""
    place = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 440 * place) * (1 + np.sin(2 * np.pi * place)) / 2
    container, subtype = _WRITTEN_AS[audio_format]
    file = BytesIO()
    with soundfile.SoundFile(
        file,
        "w",
        samplerate=rate,
        channels=channels,
        format=container,
        subtype=subtype,
        bitrate_mode=mode,
        compression_level=level if audio_format in _LOSSY else None,
    ) as out:
        # libsndfile's Vorbis encoder overflows its stack when it gets minutes at once.
        for start in range(0, len(tone), rate):
            out.write(np.column_stack([tone[start : start + rate]] * channels))
    played_at = 48_000 if audio_format is AudioFormat.OPUS else rate
    return AudioSample(audio_format, file.getvalue(), seconds, played_at, channels)


def kept(name: str) -> bytes:
    """A file of tests/fixtures/audio; ffmpeg made them, of sine waves."""
    return (_FOLDER / name).read_bytes()


def m4a_samples() -> dict[str, AudioSample]:
    """AAC, its description (`moov`) before or behind the audio."""
    truths = {"mono": (3.0, 22_050, 1), "stereo": (2.0, 44_100, 2)}
    return {
        f"m4a {kind}, moov at the {place}": AudioSample(
            AudioFormat.M4A, kept(f"{kind}_{place}.m4a"), *truth
        )
        for kind, truth in truths.items()
        for place in ("front", "end")
    }


def with_id3v2(sample: AudioSample, size: int) -> AudioSample:
    """A tag of that many bytes before the audio, full of what looks like frames (id3.org, 3.1)."""
    noise = (b"\xff\xfb\x90\x64" + bytes(range(256))) * (size // 260 + 1)
    seven_bits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return attrs.evolve(sample, data=b"ID3\x04\0\0" + seven_bits + noise[:size] + sample.data)


def with_id3v1(sample: AudioSample) -> AudioSample:
    """The 128 bytes behind the audio; the last one, the genre, is often 255."""
    return attrs.evolve(sample, data=sample.data + b"TAG" + b"a title".ljust(124) + b"\xff")


REAL: Mapping[str, AudioSample] = {
    "mp3 cbr mono": made(MP3, 6, rate=44_100, mode="CONSTANT", level=0.9),
    "mp3 cbr stereo": made(MP3, 6, rate=48_000, channels=2, mode="CONSTANT", level=0.9),
    "mp3 abr": made(MP3, 6, mode="AVERAGE"),
    "mp3 vbr mono": made(MP3, 6, mode="VARIABLE"),
    "mp3 vbr stereo": made(MP3, 6, rate=44_100, channels=2, mode="VARIABLE"),
    "mp3 with a large ID3v2": with_id3v2(made(MP3, 6, mode="VARIABLE"), 300 * 1024),
    "mp3 with ID3v1": with_id3v1(made(MP3, 6, mode="VARIABLE")),
    "mp3 with both": with_id3v1(with_id3v2(made(MP3, 6, mode="CONSTANT", level=0.9), 5000)),
    "flac mono": made(FLAC, 2),
    "flac stereo": made(FLAC, 2, rate=44_100, channels=2),
    "flac 96 kHz": made(FLAC, 1, rate=96_000),
    "ogg vorbis mono": made(OGG, 2),
    "ogg vorbis stereo": made(OGG, 2, rate=44_100, channels=2),
    "opus mono": made(OPUS, 2),
    "opus stereo": made(OPUS, 2, rate=48_000, channels=2),
    **m4a_samples(),
}
FRAGMENTED = AudioSample(AudioFormat.M4A, kept("mono_fragmented.m4a"), 3.0, 22_050, 1)
WEBM = AudioSample(AudioFormat.WEBM, kept("mono_opus.webm"), 3.0, 48_000, 1)
SMALL: Mapping[str, AudioSample] = {
    "wav": AudioSample(AudioFormat.WAV, wav(1.0), 1.0, 8000, 1),
    **{f"{form.value} of 1 s": made(form, 1) for form in (MP3, FLAC, OGG, OPUS)},
    "mp3 with tags": with_id3v1(with_id3v2(made(MP3, 1), 2000)),
    **m4a_samples(),
    "fragmented m4a": FRAGMENTED,
    "webm": WEBM,
}
ALL: Mapping[str, AudioSample] = {**REAL, **SMALL}
