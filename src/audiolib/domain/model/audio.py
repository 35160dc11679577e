"""The containers that are accepted, and what is measured of audio."""

import enum

import attrs

from audiolib.domain.model.errors import NotAudioError
from audiolib.domain.model.mpeg_frame import starts_with_mpeg_frames

SNIFF_BYTES = 8192
"""How many bytes from the start tell every format we take (two MPEG frames at the largest)."""


class AudioFormat(enum.Enum):
    """A container; its value is the name in documents and the extension of object keys."""

    WAV = "wav"
    MP3 = "mp3"
    FLAC = "flac"
    OGG = "ogg"
    OPUS = "opus"
    M4A = "m4a"
    WEBM = "webm"

    @property
    def extension(self) -> str:
        return self.value

    @property
    def content_type(self) -> str:
        """The media type we store and serve it under."""
        return {"mp3": "audio/mpeg", "opus": "audio/ogg", "m4a": "audio/mp4"}.get(
            self.value, f"audio/{self.value}"
        )

    @classmethod
    def of(cls, head: bytes) -> "AudioFormat":
        """Tell the container from the first SNIFF_BYTES (or all, if there are fewer).

        Raises: NotAudioError.
        """
        if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
            return cls.WAV
        if head[:4] == b"fLaC":
            return cls.FLAC
        if head[:4] == b"OggS":
            return _ogg(head)
        if head[4:8] == b"ftyp" and head[8:12] in _M4A_BRANDS:
            return cls.M4A
        if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
            return cls.WEBM
        if (head[:3] == b"ID3" and len(head) > 10) or starts_with_mpeg_frames(head):
            return cls.MP3
        raise NotAudioError("these bytes are not wav, mp3, flac, ogg, opus, m4a or webm")


_M4A_BRANDS = {b"M4A ", b"M4B ", b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"dash"}


def _ogg(head: bytes) -> AudioFormat:
    # RFC 3533, section 6: a page's payload begins after its segment table.
    payload = head[27 + head[26] :] if len(head) > 27 else b""
    if payload.startswith(b"OpusHead"):
        return AudioFormat.OPUS
    if payload.startswith((b"\x01vorbis", b"\x7fFLAC", b"Speex   ")):
        return AudioFormat.OGG
    raise NotAudioError("this Ogg stream carries neither Vorbis, Opus, FLAC nor Speex")


@attrs.frozen(kw_only=True)
class AudioFacts:
    """Duration in seconds and sample rate in Hz; None where the container doesn't tell us."""

    format: AudioFormat
    duration: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
