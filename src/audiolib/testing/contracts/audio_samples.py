"""WAV in every shape that an audio inspector must understand, with its properties."""

import struct
from collections.abc import Mapping

import attrs

from audiolib.domain.model.audio import AudioFormat
from audiolib.testing.sounds import wav

_UNKNOWN = 0xFFFF_FFFF


@attrs.frozen
class AudioSample:
    """Bytes, and what is true of them: duration in seconds, rate in Hz, channels."""

    format: AudioFormat
    data: bytes = attrs.field(repr=False)
    duration: float
    sample_rate: int
    channels: int


def wav_samples() -> Mapping[str, AudioSample]:
    mono = wav(1.5)
    head, tone = mono[:12], mono[44:]
    form, data = chunk(b"fmt ", mono[20:36]), chunk(b"data", tone)
    note = chunk(b"LIST", b"INFOISFT\x06\x00\x00\x00made\x00\x00")
    odd = chunk(b"junk", b"odd")
    extensible = chunk(b"fmt ", _format(0xFFFE, 24_000, 2) + bytes(24))
    eight_bit = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    floats = chunk(b"fmt ", struct.pack("<HHIIHH", 3, 1, 8000, 32_000, 4, 32))
    return {
        "mono": _properties(mono, 1.5),
        "stereo": _properties(wav(0.5, rate=44_100, channels=2), 0.5, rate=44_100, channels=2),
        "one frame": _properties(wav(1 / 8000), 1 / 8000),
        "48 kHz": _properties(wav(0.25, rate=48_000), 0.25, rate=48_000),
        "streamed as 0": _properties(wav(1.5, streamed=0), 1.5),
        "streamed as 0xFFFFFFFF": _properties(wav(1.5, streamed=_UNKNOWN), 1.5),
        "streamed near 2 GiB": _properties(wav(1.5, streamed=0x7FFF_F000), 1.5),
        "a LIST before the samples": _properties(riff(form, note, data), 1.5),
        "a LIST after the samples": _properties(riff(form, data, note), 1.5),
        "an odd chunk with its pad byte": _properties(riff(odd, form, odd, data), 1.5),
        "odd samples with their pad byte": _properties(
            riff(eight_bit, chunk(b"data", b"\x80" * 2001), note), 2001 / 8000
        ),
        "odd samples without a pad byte": _properties(
            riff(eight_bit, struct.pack("<4sI", b"data", 2001) + b"\x90" * 2001), 2001 / 8000
        ),
        "extensible": _properties(
            riff(extensible, chunk(b"data", tone)), len(tone) / 4 / 24_000, rate=24_000, channels=2
        ),
        "floats": _properties(riff(floats, chunk(b"data", bytes(32_000))), 1.0),
        "RF64": _properties(_rf64(form, tone), 1.5),
        "only the data's length unknown": _properties(
            head + form + struct.pack("<4sI", b"data", _UNKNOWN) + tone, 1.5
        ),
    }


def riff(*chunks: bytes) -> bytes:
    """A WAV file of these chunks."""
    body = b"".join(chunks)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2)


def _format(tag: int, rate: int, channels: int) -> bytes:
    return struct.pack("<HHIIHH", tag, channels, rate, rate * 2 * channels, 2 * channels, 16)


def _rf64(form: bytes, tone: bytes) -> bytes:
    size = 4 + 36 + len(form) + 8 + len(tone)
    long = chunk(b"ds64", struct.pack("<QQQI", size, len(tone), len(tone) // 2, 0))
    head = struct.pack("<4sI4s", b"RF64", _UNKNOWN, b"WAVE")
    return head + long + form + struct.pack("<4sI", b"data", _UNKNOWN) + tone


def _properties(
    data: bytes, duration: float, *, rate: int = 8000, channels: int = 1
) -> AudioSample:
    return AudioSample(AudioFormat.WAV, data, duration, rate, channels)
