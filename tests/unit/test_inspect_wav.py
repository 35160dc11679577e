"""WAV headers in all their shapes, read as they stream past."""

import itertools
import struct
import tracemalloc
from collections.abc import Iterable

import pytest

from audiolib.adapters.inspect.wav import WavInspection
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError

MIB = 1024 * 1024
UNKNOWN = 0xFFFF_FFFF
STREAMED = [0, UNKNOWN, 0x7FFF_FFFF, 0x7FFF_F000]


def fmt(
    tag: int, channels: int, rate: int, block: int, bits: int, *, per_second: int = 0, more: int = 0
) -> bytes:
    fields = (tag, channels, rate, per_second or rate * block, block, bits)
    return chunk(b"fmt ", struct.pack("<HHIIHH", *fields) + bytes(more))


def chunk(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    said = len(body) if size is None else size
    return struct.pack("<4sI", kind, said) + body + b"\0" * (len(body) % 2)


def riff(*chunks: bytes, size: int | None = None, kind: bytes = b"RIFF") -> bytes:
    body = b"".join(chunks)
    return struct.pack("<4sI4s", kind, 4 + len(body) if size is None else size, b"WAVE") + body


def inspect(pieces: Iterable[bytes]) -> AudioProperties:
    stream = WavInspection()
    for piece in pieces:
        stream.feed(piece)
    return stream.finish()


PCM = fmt(1, 1, 8000, 2, 16)
DATA = chunk(b"data", bytes(16_000))
LONG = chunk(b"ds64", struct.pack("<QQQI", 4 + 36 + 24 + 8 + 16_000, 16_000, 8000, 0))

SHAPES = {
    "8 bit": (fmt(1, 1, 8000, 1, 8), 8000, 1.0),
    "24 bit stereo": (fmt(1, 2, 48_000, 6, 24), 288_000, 1.0),
    "32 bit": (fmt(1, 1, 16_000, 4, 32), 32_000, 0.5),
    "float": (fmt(3, 2, 44_100, 8, 32, more=2), 352_800, 1.0),
    "float 64": (fmt(3, 1, 8000, 8, 64, more=2), 64_000, 1.0),
    "mu-law": (fmt(7, 1, 8000, 1, 8, more=2), 12_000, 1.5),
    "A-law": (fmt(6, 2, 8000, 2, 8, more=2), 16_000, 1.0),
    "ADPCM by its byte rate": (fmt(0x11, 1, 8000, 256, 4, per_second=4055, more=4), 8110, 2.0),
    "MP3 in WAV by its byte rate": (fmt(0x55, 2, 44_100, 1, 0, per_second=16_000), 24_000, 1.5),
    "extensible": (fmt(0xFFFE, 2, 24_000, 4, 16, more=24), 96_000, 1.0),
    "extensible 24 bit, 6 channels": (fmt(0xFFFE, 6, 48_000, 18, 24, more=24), 864_000, 1.0),
    "format of odd length": (fmt(1, 1, 8000, 2, 16, more=1), 16_000, 1.0),
}
WHOLE = {
    "RF64": riff(LONG, PCM, chunk(b"data", bytes(16_000), UNKNOWN), size=UNKNOWN, kind=b"RF64"),
    "RF64 with a table in ds64": riff(
        chunk(b"ds64", struct.pack("<QQQI12s", 88 + 15_996, 16_000, 0, 1, b"")),
        *(PCM, chunk(b"data", bytes(16_000), UNKNOWN)),
        size=UNKNOWN,
        kind=b"RF64",
    ),
    "RF64 with a LIST at the end": riff(
        *(LONG, PCM, chunk(b"data", bytes(16_000), UNKNOWN), chunk(b"LIST", b"INFO")),
        size=UNKNOWN,
        kind=b"RF64",
    ),
    "room for ds64": riff(chunk(b"JUNK", bytes(28)), PCM, DATA),
    "a second data chunk": riff(PCM, DATA, chunk(b"data", bytes(999))),
    "the format after the data": riff(DATA, PCM),
    "bytes after the end": riff(PCM, DATA) + b"TAG" + bytes(125),
    "a length that leaves out the last pad byte": riff(
        PCM, DATA, chunk(b"LIST", b"odd"), size=4 + 24 + 16_008 + 11
    ),
    "a length that counts a pad byte left out": riff(PCM, DATA, chunk(b"LIST", b"odd"))[:-1],
    "an empty chunk": riff(chunk(b"junk", b""), PCM, chunk(b"junk", b""), DATA),
    "only the RIFF length streamed": riff(PCM, DATA, size=UNKNOWN),
}
CUT = {
    "data": riff(PCM, chunk(b"data", bytes(15_998), 16_000), size=UNKNOWN),
    "RF64 data": riff(LONG, PCM, chunk(b"data", bytes(8000), UNKNOWN), size=0, kind=b"RF64"),
    "more than a pad byte": riff(PCM, DATA, chunk(b"LIST", b"odd"))[:-2],
    "what follows the data": riff(PCM, DATA, size=4 + 24 + 16_008 + 1000),
    "data, with the RIFF length streamed": riff(PCM, chunk(b"data", bytes(10), 16_000), size=0),
}
NEVER = {
    "a format of 15 bytes": riff(chunk(b"fmt ", bytes(15)), DATA),
    "a format of 4097 bytes": riff(chunk(b"fmt ", bytes(4097)), DATA),
    "a ds64 of 8 bytes": riff(chunk(b"ds64", bytes(8)), PCM, DATA),
    "no channels": riff(fmt(1, 0, 8000, 2, 16), DATA),
    "no rate": riff(fmt(1, 1, 0, 2, 16, per_second=16_000), DATA),
    "no block": riff(fmt(1, 1, 8000, 0, 16, per_second=16_000), DATA),
    "less than one block": riff(fmt(1, 2, 8000, 4, 16), chunk(b"data", bytes(3))),
    "data that swallows the format": riff(chunk(b"data", bytes(16_000), 0), PCM),
}


@pytest.mark.parametrize(("form", "size", "duration"), SHAPES.values(), ids=SHAPES.keys())
def test_every_encoding_is_measured(form: bytes, size: int, duration: float) -> None:
    channels, rate = struct.unpack_from("<HI", form, 10)
    expected = AudioProperties(
        format=AudioFormat.WAV, duration=duration, sample_rate=rate, channels=channels
    )
    assert inspect([riff(form, chunk(b"data", bytes(size)))]) == expected
    assert inspect([riff(form, chunk(b"data", bytes(size), 0), size=0)]) == expected


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize("size", [1, 11, 1 << 20])
def test_every_shape_of_one_second_is_one_second(data: bytes, size: int) -> None:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert inspect(pieces).duration == 1.0


@pytest.mark.parametrize(("riff_size", "data_size"), list(itertools.product(STREAMED, STREAMED)))
def test_a_streamed_length_is_what_came(riff_size: int, data_size: int) -> None:
    data = riff(PCM, chunk(b"data", bytes(24_000), data_size), size=riff_size)
    assert inspect([data]).duration == 1.5


@pytest.mark.parametrize("data", CUT.values(), ids=CUT.keys())
def test_less_than_was_promised_is_truncated(data: bytes) -> None:
    with pytest.raises(SourceTruncatedError):
        inspect([data])


@pytest.mark.parametrize("data", NEVER.values(), ids=NEVER.keys())
def test_what_cannot_be_played_is_no_audio(data: bytes) -> None:
    with pytest.raises(NotAudioError):
        inspect([data])


@pytest.mark.parametrize("size", [1, 4096, 65_537])
def test_a_huge_odd_chunk_is_skipped_across_feeds(size: int) -> None:
    data = riff(chunk(b"LIST", b"fmt " * 50_000 + b"x"), PCM, DATA)
    pieces = (data[start : start + size] for start in range(0, len(data), size))
    assert inspect(pieces).duration == 1.0


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(riff(PCM, chunk(b"data", b"", UNKNOWN), size=UNKNOWN), id="open data"),
        pytest.param(riff(PCM, chunk(b"data", b"", 200 * MIB), size=0), id="known data"),
        pytest.param(riff(PCM, DATA, chunk(b"LIST", b"", 200 * MIB), size=0), id="a skipped chunk"),
    ],
)
def test_200_mib_take_no_memory(head: bytes) -> None:
    stream, zeros = WavInspection(), bytes(MIB // 16)
    stream.feed(head)
    tracemalloc.start()
    try:
        for _ in range(200 * 16):
            stream.feed(zeros)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MIB
    assert (stream.finish().duration or 0) >= 1.0
