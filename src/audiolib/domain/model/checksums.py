"""Checksums of an object's blocks, so that any part of it can be checked before it is used."""

import base64
import sys
import zlib
from array import array
from typing import Self

import attrs

BLOCK = 256 * 1024
"""Bytes: small enough to hold a block back until it is checked, large enough for few of them."""


@attrs.frozen
class BlockChecksums:
    """The CRC-32 (as in RFC 1952) of each block of BLOCK bytes; the last one may be shorter."""

    values: tuple[int, ...] = attrs.field(repr=False)

    @classmethod
    def decoded(cls, text: str) -> Self:
        """Reads what `encoded` wrote. Raises: ValueError."""
        data = base64.b64decode(text, validate=True)
        if len(data) % 4:
            raise ValueError("block checksums are four bytes each")
        return cls(tuple(memoryview(_big_endian(data)).cast("I")))

    @property
    def encoded(self) -> str:
        """Base64 of the values as big-endian 32-bit integers."""
        return base64.b64encode(_big_endian(array("I", self.values).tobytes())).decode()

    def matches(self, number: int, block: bytes) -> bool:
        """Whether this is the block of that number, counted from 0."""
        return number < len(self.values) and zlib.crc32(block) == self.values[number]


class BlockSums:
    """Sums blocks while bytes pass in chunks of any size."""

    def __init__(self) -> None:
        self._done = array("I")
        self._current = 0
        self._filled = 0

    def update(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            piece = rest[: BLOCK - self._filled]
            self._current = zlib.crc32(piece, self._current)
            self._filled += len(piece)
            rest = rest[len(piece) :]
            if self._filled == BLOCK:
                self._done.append(self._current)
                self._current = self._filled = 0

    @property
    def checksums(self) -> BlockChecksums:
        """Those of all that has passed."""
        last = (self._current,) if self._filled else ()
        return BlockChecksums((*self._done, *last))


def _big_endian(data: bytes) -> bytes:
    values = array("I", data)
    if sys.byteorder == "little":
        values.byteswap()
    return values.tobytes()
