"""Audio to test with."""

import math
import struct


def wav(
    seconds: float = 0.25, *, rate: int = 8000, channels: int = 1, streamed: int | None = None
) -> bytes:
    """A 16-bit PCM WAV with a 440 Hz tone.

    `streamed` is written for both lengths in the header, as servers do that don't know them yet
    (0 or 0xFFFFFFFF).
    """
    samples = [int(9000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(rate)]
    frame = b"".join(struct.pack("<h", sample) * channels for sample in samples)
    frames = round(seconds * rate)
    data = (frame * (frames // rate + 1))[: frames * 2 * channels]
    return wav_header(len(data), rate=rate, channels=channels, streamed=streamed) + data


def wav_header(
    size: int, *, rate: int = 8000, channels: int = 1, streamed: int | None = None
) -> bytes:
    """The 44 bytes before `size` bytes of samples."""
    riff, data = (36 + size, size) if streamed is None else (streamed, streamed)
    block = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    head = struct.pack("<4sI4s", b"RIFF", riff, b"WAVE")
    return head + form + struct.pack("<4sI", b"data", data)
