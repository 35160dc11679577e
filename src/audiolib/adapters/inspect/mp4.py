"""M4A: everything but the media data is kept, wherever it stands (ISO 14496-12, section 4.2)."""

import struct

from audiolib.adapters.inspect.aac_config import AacConfig
from audiolib.adapters.inspect.box_count import refuse_many_boxes
from audiolib.adapters.inspect.tagged import properties_of, tag_of
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError
from audiolib.ports.audio_inspector import Inspection

_MOST_KEPT = 8 * 1024 * 1024
# A fragmented stream has two a second or so; 50,000 are read in a third of a second.
_MOST_BOXES = 50_000
_KEPT = (b"ftyp", b"moov")


class Mp4Inspection(Inspection):
    """Walks from box to box; keeps `ftyp` and `moov`, some bytes for each second of audio."""

    format = AudioFormat.M4A

    def __init__(self) -> None:
        self._kept = bytearray()
        self._header = bytearray()
        self._left: int | None = 0
        self._keeping = False
        self._boxes = 0

    def feed(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest and self._left is not None:
            if self._left:
                taken = min(self._left, len(rest))
                self._left -= taken
                self._keep(rest[:taken])
            else:
                taken = min(self._missing, len(rest))
                self._header += rest[:taken]
                if not self._missing:
                    self._begin(bytes(self._header))
                    self._header.clear()
            rest = rest[taken:]

    def finish(self) -> AudioProperties:
        if self._left or self._header:
            raise SourceTruncatedError("the M4A ends inside a box")
        kept = bytes(self._kept)
        refuse_many_boxes(kept)
        tag, aac = tag_of(kept), AacConfig.of(kept)
        tag.samplerate = tag.samplerate or aac.sample_rate
        tag.channels = aac.channels or tag.channels
        return properties_of(tag, AudioFormat.M4A)

    @property
    def _missing(self) -> int:
        long = self._header[:4] == b"\x00\x00\x00\x01"
        return (16 if long else 8) - len(self._header)

    def _begin(self, header: bytes) -> None:
        self._boxes += 1
        if self._boxes > _MOST_BOXES:
            raise NotAudioError("the M4A has too many boxes")
        size, kind = struct.unpack_from(">I4s", header)
        if len(header) == 16:
            size = struct.unpack_from(">Q", header, 8)[0]
        if size and size < len(header):
            raise NotAudioError("the M4A has a box smaller than its own header")
        self._keeping = kind in _KEPT
        self._left = size - len(header) if size else None
        self._keep(memoryview(header))

    def _keep(self, data: memoryview) -> None:
        if self._keeping:
            if len(self._kept) + len(data) > _MOST_KEPT:
                raise NotAudioError("the M4A describes itself at too great length")
            self._kept += data
