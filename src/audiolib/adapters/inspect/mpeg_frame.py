"""MPEG audio frame headers (ISO 11172-3, section 2.4.2.3; ISO 13818-3 for the half rates)."""

import re

import attrs

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_V1_L1 = (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_V1_L2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_V1_L3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_V2_L1 = (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_V2_L23 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@attrs.frozen
class MpegFrame:
    """Length in bytes (header included), samples per channel, rate in Hz, channels."""

    length: int
    samples: int
    sample_rate: int
    channels: int

    @classmethod
    def parse(cls, data: bytes, at: int = 0) -> "MpegFrame | None":
        """Return the frame whose four header bytes are at `at`, or None without one."""
        header = data[at : at + 4]
        if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
            return None
        version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
        bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
        if version == 1 or layer == 4 or not 0 < bitrate < 15 or rate == 3:
            return None
        full = version == 3
        table = (_V1_L1, _V1_L2, _V1_L3) if full else (_V2_L1, _V2_L23, _V2_L23)
        bits, hertz = table[layer - 1][bitrate - 1] * 1000, _RATES[version][rate]
        samples = 384 if layer == 1 else 1152 if full or layer == 2 else 576
        slot = 4 if layer == 1 else 1
        length = (samples // 8 // slot * bits // hertz + (header[2] >> 1 & 1)) * slot
        return cls(length, samples, hertz, 1 if header[3] >> 6 == 3 else 2)


def frame_headers(like: bytes | None = None) -> re.Pattern[bytes]:
    """Return what finds the next place where `MpegFrame.parse` gives a frame, and so takes constant
    time a frame, whatever is between them.

    `like`: three bytes of a header whose version and sample rate the frame must have.
    """
    versions = (3, 2, 0) if like is None else (like[1] >> 3 & 3,)
    rates = (0, 1, 2) if like is None else (like[2] >> 2 & 3,)
    second = [
        0xE0 | version << 3 | layer << 1 | crc
        for version in versions
        for layer in (1, 2, 3)
        for crc in (0, 1)
    ]
    third = [
        bitrate << 4 | rate << 2 | rest
        for bitrate in range(1, 15)
        for rate in rates
        for rest in range(4)
    ]
    classes = [b"".join(b"\\x%02x" % byte for byte in each) for each in (second, third)]
    # Three bytes, or what may be their beginning where the data end.
    return re.compile(b"\xff(?:[%s](?:[%s]|\\Z)|\\Z)" % tuple(classes), re.DOTALL)


def starts_with_mpeg_frames(head: bytes) -> bool:
    """True when a frame header opens the data and another stands where the first one ends."""
    first = MpegFrame.parse(head)
    if first is None:
        return False
    second = MpegFrame.parse(head, first.length)
    return second is not None and second.sample_rate == first.sample_rate
