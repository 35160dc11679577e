"""Byte ranges as RFC 9110, section 14.1.2 defines them."""

import attrs

from audiolib.domain.model.errors import RangeNotSatisfiableError


@attrs.frozen
class ByteRange:
    """`first` to `last`, both included; without `first`, the final `last` bytes; without
    `last`, everything from `first`."""

    first: int | None
    last: int | None

    def __attrs_post_init__(self) -> None:
        if self.first is None and self.last is None:
            raise ValueError("a range needs a first or a last byte")

    def within(self, size: int) -> "Slice":
        """Raises: RangeNotSatisfiableError when no byte of it exists."""
        if self.first is None:
            wanted = min(self.last or 0, size)
            start, stop = size - wanted, size
        else:
            start = self.first
            stop = size if self.last is None else min(self.last + 1, size)
        if start >= stop:
            raise RangeNotSatisfiableError(size)
        return Slice(start=start, stop=stop)


@attrs.frozen(kw_only=True)
class Slice:
    """Bytes `start` to `stop`, `stop` excluded."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start
