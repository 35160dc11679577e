"""Ogg: the last page contains the number of samples (RFC 3533, section 6; RFC 7845)."""

import struct

from audiolib.adapters.inspect.tagged import tag_of
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError
from audiolib.ports.audio_inspector import Inspection

_FIXED = 27
_NO_GRANULE = 0xFFFF_FFFF_FFFF_FFFF
_HEAD = 64 * 1024
_PRESKIP_AT = 10


class OggInspection(Inspection):
    """Walks from page header to page header; keeps one, and the first bytes of the stream."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self._head = bytearray()
        self._header = bytearray()
        self._skip = 0
        self._serial: bytes | None = None
        self._granule = 0

    def feed(self, chunk: bytes) -> None:
        self._head += chunk[: _HEAD - len(self._head)] if len(self._head) < _HEAD else b""
        rest = memoryview(chunk)
        while rest:
            if self._skip:
                taken = min(self._skip, len(rest))
                self._skip -= taken
            else:
                taken = min(self._missing, len(rest))
                self._header += rest[:taken]
            rest = rest[taken:]
            if not self._skip and not self._missing:
                self._page(bytes(self._header))
                self._header.clear()

    def finish(self) -> AudioProperties:
        if self._skip or self._header:
            raise SourceTruncatedError("the Ogg stream ends inside a page")
        tag = tag_of(bytes(self._head))
        rate, samples = tag.samplerate, self._granule - self._preskip()
        if not rate or not tag.channels:
            raise NotAudioError("the Ogg stream has no readable header")
        if samples <= 0:
            raise NotAudioError("the Ogg stream has no samples")
        return AudioProperties(
            format=self.format,
            duration=samples / rate,
            sample_rate=rate,
            channels=tag.channels,
        )

    @property
    def _missing(self) -> int:
        segments = self._header[26] if len(self._header) >= _FIXED else 0
        return _FIXED + segments - len(self._header)

    def _page(self, header: bytes) -> None:
        if not header.startswith(b"OggS"):
            raise NotAudioError("the Ogg stream breaks off between two pages")
        granule, serial = struct.unpack_from("<Q4s", header, 6)
        self._serial = self._serial or serial
        if serial == self._serial and granule != _NO_GRANULE:
            self._granule = max(self._granule, granule)
        self._skip = sum(header[_FIXED:])

    def _preskip(self) -> int:
        if self.format is not AudioFormat.OPUS:
            return 0
        at = _FIXED + self._head[26] + _PRESKIP_AT
        return int.from_bytes(self._head[at : at + 2], "little")
