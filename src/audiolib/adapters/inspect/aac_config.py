"""The decoder configuration of an AAC track (ISO 14496-1, 7.2.6; ISO 14496-3, 1.6.2.1).

The sample entry around it is no witness: many write two channels for mono, and it has no room for
rates above 65,535 Hz.
"""

from collections.abc import Iterator

import attrs

_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"mp4a", b"esds")
_FIELDS_BEFORE_BOXES = {b"stsd": 8, b"mp4a": 28}
# fmt: off
_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000,
          24_000, 22_050, 16_000, 12_000, 11_025, 8000)
# fmt: on
_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}
_AAC = (0x40, 0x66, 0x67, 0x68)
# None; parametric stereo, whose one channel is heard as two; the escape to longer configs.
_UNTOLD = (0, 29, 31)


@attrs.frozen
class AacConfig:
    """Rate in Hz and channels; None where the config does not contain them."""

    sample_rate: int | None = None
    channels: int | None = None

    @classmethod
    def of(cls, boxes: bytes) -> "AacConfig":
        """That of the first track which has one."""
        for esds in _boxes(memoryview(boxes), _PATH):
            config = _specific_info(bytes(esds))
            kind, rate, channels = config >> 11, config >> 7 & 15, config >> 3 & 15
            if kind not in _UNTOLD and rate < len(_RATES):
                return cls(_RATES[rate], _CHANNELS.get(channels))
        return cls()


def _boxes(data: memoryview, path: tuple[bytes, ...]) -> Iterator[memoryview]:
    at = 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), bytes(data[at + 4 : at + 8])
        if size < 8:
            return
        if kind == path[0]:
            body = data[at + 8 + _FIELDS_BEFORE_BOXES.get(kind, 0) : at + size]
            if len(path) == 1:
                yield body
            else:
                yield from _boxes(body, path[1:])
        at += size


def _specific_info(esds: bytes) -> int:
    """The first 16 bits of the AudioSpecificConfig, or 0."""
    stream = _descriptor(esds[4:], 3)
    decoder = _descriptor(stream[3:], 4)
    if not decoder or decoder[0] not in _AAC:
        return 0
    config = _descriptor(decoder[13:], 5)
    return int.from_bytes(config[:2], "big") if len(config) >= 2 else 0


def _descriptor(data: bytes, tag: int) -> bytes:
    """What follows a descriptor's tag and length, which takes up to four bytes."""
    if not data or data[0] != tag:
        return b""
    ends = next((at for at in range(1, 5) if data[at : at + 1] < b"\x80"), 4)
    return data[ends + 1 :]
