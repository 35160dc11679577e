"""Audio that is made to cost: the work that it takes is bounded for each byte."""

import struct
import sys
from collections.abc import Callable

import pytest

from audiolib.adapters.inspect.inspector import inspection_of
from audiolib.adapters.inspect.mpeg_frame import MpegFrame, frame_headers
from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.testing.contracts.samples import payload

MIB = 1024 * 1024
# 0xFF bytes once cost four million calls a MiB.
MOST_CALLS_A_MIB = 600_000
FRAME, OTHER_RATE = bytes((0xFF, 0xFB, 0x90, 0)), bytes((0xFF, 0xFB, 0x94))
SMALLEST = bytes((0xFF, 0xF3, 0x14, 0)) + bytes(20)
PAGE = b"OggS" + bytes(10) + b"abcd" + bytes(9)


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def nested(*kinds: bytes, body: bytes) -> bytes:
    for kind in reversed(kinds):
        body = box(kind, body)
    return box(b"ftyp", b"M4A " + bytes(4)) + body


STSD = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
ROWS: dict[str, tuple[AudioFormat, bytes]] = {
    "FF": (AudioFormat.MP3, b"\xff" * MIB),
    "FF FB": (AudioFormat.MP3, b"\xff\xfb" * (MIB // 2)),
    "headers of another rate": (AudioFormat.MP3, FRAME + bytes(413) + OTHER_RATE * (MIB // 3)),
    "the smallest frames": (AudioFormat.MP3, SMALLEST * (MIB // 24)),
    "noise": (AudioFormat.MP3, payload(MIB)),
    "empty tracks": (AudioFormat.M4A, nested(b"moov", body=box(b"trak") * 300_000)),
    "empty boxes": (AudioFormat.M4A, nested(b"skip", body=b"") + box(b"free") * 300_000),
    "sample entries": (AudioFormat.M4A, nested(*STSD, body=bytes(8) + box(b"xxxx") * 300_000)),
    "MPEG-4 entries": (AudioFormat.M4A, nested(*STSD, body=bytes(8) + box(b"mp4a") * 300_000)),
    "empty pages": (AudioFormat.OGG, PAGE * (MIB // 27)),
    "FLAC padding": (AudioFormat.FLAC, b"fLaC" + b"\x01\0\0\0" * (MIB // 4)),
    "WAV junk": (AudioFormat.WAV, b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * (MIB // 8)),
}


def inspect(audio_format: AudioFormat, data: bytes) -> None:
    inspection = inspection_of(audio_format)
    try:
        for at in range(0, len(data), 65536):
            inspection.feed(data[at : at + 65536])
        inspection.finish()
    except AudioLibraryError:
        pass  # that it is no audio may be said, as long as it is said soon


def count_calls(work: Callable[[], None]) -> int:
    """Count the calls of Python and C functions, which take the same number on every machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", ROWS)
def test_work_is_bounded_for_each_byte(name: str) -> None:
    audio_format, data = ROWS[name]
    calls = count_calls(lambda: inspect(audio_format, data))
    assert calls <= MOST_CALLS_A_MIB * len(data) / MIB


def test_frames_are_found_where_headers_parse() -> None:
    pattern, noise = frame_headers(), payload(40_000)
    for at in range(0, len(noise) - 3, 3):
        header = b"\xff" + noise[at : at + 3]
        assert (pattern.match(header) is not None) == (MpegFrame.parse(header) is not None)
