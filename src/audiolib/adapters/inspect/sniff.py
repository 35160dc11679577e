"""Containers, detected from their first bytes, never from a name or Content-Type."""

from audiolib.adapters.inspect.mpeg_frame import starts_with_mpeg_frames
from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import NotAudioError

_M4A_BRANDS = {b"M4A ", b"M4B ", b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"dash"}


def detect_format(head: bytes) -> AudioFormat:
    """Return the container of the audio that begins with `head`: SNIFF_BYTES, or all if fewer.

    Raises: NotAudioError.
    """
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return AudioFormat.WAV
    if head[:4] == b"fLaC":
        return AudioFormat.FLAC
    if head[:4] == b"OggS":
        return _detect_ogg(head)
    if head[4:8] == b"ftyp" and head[8:12] in _M4A_BRANDS:
        return AudioFormat.M4A
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
        return AudioFormat.WEBM
    if (head[:3] == b"ID3" and len(head) > 10) or starts_with_mpeg_frames(head):
        return AudioFormat.MP3
    raise NotAudioError("these bytes are not wav, mp3, flac, ogg, opus, m4a or webm")


def _detect_ogg(head: bytes) -> AudioFormat:
    # RFC 3533, section 6: a page's payload begins after its segment table.
    payload = head[27 + head[26] :] if len(head) > 27 else b""
    if payload.startswith(b"OpusHead"):
        return AudioFormat.OPUS
    if payload.startswith((b"\x01vorbis", b"\x7fFLAC", b"Speex   ")):
        return AudioFormat.OGG
    raise NotAudioError("this Ogg stream carries neither Vorbis, Opus, FLAC nor Speex")
