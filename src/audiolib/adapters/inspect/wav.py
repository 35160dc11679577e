"""WAV read while it streams past (RIFF: Microsoft/IBM 1991; RF64: EBU Tech 3306).

A header's lengths are never trusted alone: servers that stream speech don't know them yet and
write 0, 0xFFFFFFFF or something near 2 GiB, so the true length is that of the bytes received.
"""

import struct

from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.errors import NotAudioError, SourceTruncatedError
from audiolib.ports.audio_inspector import Inspection

_STREAMED_FROM = 0x7FFF_F000
_LARGEST_HEADER = 4096
_MOST_CHUNKS = 1000
_PCM_TAGS = (0x0001, 0x0003, 0xFFFE)


class WavInspection(Inspection):
    """Feed it every byte once; it keeps only headers."""

    format = AudioFormat.WAV

    def __init__(self) -> None:
        self._header = bytearray()
        self._wanted, self._of = 12, b"RIFF"
        self._skip = 0
        self._chunks = 0
        self._total = 0
        self._riff_size: int | None = None
        self._long_size: int | None = None
        self._format: tuple[int, int, int, int, int] | None = None
        self._data_begins: int | None = None
        self._data_size: int | None = None

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes. Raises: NotAudioError when they can't be WAV."""
        rest = memoryview(chunk)
        while rest:
            if self._skip or self._nothing_to_read:
                taken = min(len(rest), self._skip) if self._skip else len(rest)
                self._skip -= min(taken, self._skip)
            else:
                taken = min(len(rest), self._wanted - len(self._header))
                self._header += rest[:taken]
            self._total += taken
            rest = rest[taken:]
            if len(self._header) == self._wanted:
                self._read_header(bytes(self._header))

    def finish(self) -> AudioProperties:
        """Raises: NotAudioError; SourceTruncatedError when the header promises more."""
        if self._format is None or self._data_begins is None:
            raise NotAudioError("the WAV has no format or no data chunk")
        self._refuse_cut()
        tag, channels, rate, bytes_per_second, block = self._format
        data = self._total - self._data_begins
        if self._data_size is not None:
            data = min(data, self._data_size)
        duration = data // block / rate if tag in _PCM_TAGS else data / bytes_per_second
        if duration <= 0:
            raise NotAudioError("the WAV has no samples")
        return AudioProperties(
            format=AudioFormat.WAV, duration=duration, sample_rate=rate, channels=channels
        )

    @property
    def _nothing_to_read(self) -> bool:
        """Inside samples without an end, or behind them when all is known, no header matters."""
        known = self._format is not None or self._data_size is None
        return self._data_begins is not None and known

    def _refuse_cut(self) -> None:
        ends = [0]
        if self._riff_size is not None:
            # Some writers count the pad byte of an odd chunk, and leave it out.
            ends.append(8 + self._riff_size - 1)
        if self._data_begins is not None and self._data_size is not None:
            ends.append(self._data_begins + self._data_size)
        if self._total < max(ends):
            raise SourceTruncatedError(
                f"the WAV header promises {max(ends)} bytes, {self._total} came"
            )

    def _read_header(self, header: bytes) -> None:
        kind, self._of = self._of, b""
        self._header.clear()
        self._wanted = 8
        if kind == b"RIFF":
            self._riff_size = _size_if_true(struct.unpack_from("<I", header, 4)[0])
        elif kind == b"fmt ":
            self._read_format(header)
        elif kind == b"ds64":
            self._riff_size, self._long_size = map(
                _long_size_if_true, struct.unpack_from("<QQ", header)
            )
        else:
            self._begin_chunk(*struct.unpack("<4sI", header))

    def _begin_chunk(self, kind: bytes, size: int) -> None:
        self._chunks += 1
        if self._chunks > _MOST_CHUNKS:
            raise NotAudioError("the WAV has too many chunks before its samples")
        if kind == b"data" and self._data_begins is None:
            self._data_begins = self._total
            self._data_size = _size_if_true(size) or self._long_size
            self._skip = (self._data_size or 0) + (self._data_size or 0) % 2
        elif kind in (b"fmt ", b"ds64"):
            if not 16 <= size <= _LARGEST_HEADER:
                raise NotAudioError(f"the WAV's {kind.decode()} chunk has {size} bytes")
            self._of, self._wanted = kind, size + size % 2
        else:
            self._skip = size + size % 2

    def _read_format(self, header: bytes) -> None:
        tag, channels, rate, bytes_per_second, block = struct.unpack_from("<HHIIH", header)
        if not (channels and rate and bytes_per_second and block):
            raise NotAudioError("the WAV's format has no channels or no rate")
        self._format = (tag, channels, rate, bytes_per_second, block)


def _size_if_true(size: int) -> int | None:
    return size if 0 < size < _STREAMED_FROM else None


def _long_size_if_true(size: int) -> int | None:
    return size if 0 < size < 1 << 62 else None
