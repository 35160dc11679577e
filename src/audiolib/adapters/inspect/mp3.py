"""MP3: the samples of every frame are counted, so variable bit rates come out true."""

from audiolib.adapters.inspect.mpeg_frame import MpegFrame, frame_headers
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError
from audiolib.ports.audio_inspector import Inspection

_HEADER = 4
_INFO_MARKS = (b"Xing", b"Info", b"VBRI")
_INFO_WITHIN = 200


class Mp3Inspection(Inspection):
    """Keeps less than one frame; skips an ID3v2 tag (id3.org, section 3.1) however long."""

    format = AudioFormat.MP3

    def __init__(self) -> None:
        self._rest = b""
        self._skip = 0
        self._began = False
        self._first: MpegFrame | None = None
        self._header = frame_headers()
        self._frames = 0
        self._samples = 0

    def feed(self, chunk: bytes) -> None:
        if self._skip >= len(chunk):
            self._skip -= len(chunk)
            return
        data = self._rest + chunk[self._skip :]
        self._skip = at = 0
        if not self._began:
            if len(data) < 10:
                self._rest = data
                return
            self._began = True
            at = _tag_length(data)
        while at + _INFO_WITHIN <= len(data):
            at += self._frame_at(data, at)
        self._skip = max(0, at - len(data))
        self._rest = data[at:]

    def finish(self) -> AudioProperties:
        at = 0 if self._began else _tag_length(self._rest)
        while at + _HEADER <= len(self._rest):
            at += self._frame_at(self._rest, at)
        if self._first is None or not self._samples:
            raise NotAudioError("the MP3 has no frames")
        return AudioProperties(
            format=AudioFormat.MP3,
            duration=self._samples / self._first.sample_rate,
            sample_rate=self._first.sample_rate,
            channels=self._first.channels,
        )

    def _frame_at(self, data: bytes, at: int) -> int:
        """Count the frame at a place. Returns: how far to go on from there, in bytes."""
        frame = MpegFrame.parse(data, at)
        if frame is None or (self._first and frame.sample_rate != self._first.sample_rate):
            sync = self._header.search(data, at + 1)
            return (sync.start() if sync else len(data)) - at
        opening = data[at : at + _INFO_WITHIN]
        if self._first is not None or not any(mark in opening for mark in _INFO_MARKS):
            self._samples += frame.samples
        if self._first is None:
            self._first = frame
            self._header = frame_headers(data[at : at + 3])
        return frame.length


def _tag_length(data: bytes) -> int:
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for seven_bits in data[6:10]:
        size = size << 7 | seven_bits & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)
