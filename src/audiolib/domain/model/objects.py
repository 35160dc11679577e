"""What an object store says of an object, and ranges of its bytes."""

from collections.abc import Mapping

import attrs

from audiolib.domain.model.errors import RangeNotSatisfiableError
from audiolib.domain.model.identifiers import ObjectKey


@attrs.frozen(kw_only=True)
class StoredObject:
    """A receipt: key, size in bytes, SHA-256 in hex."""

    key: ObjectKey
    size: int
    sha256: str
    content_type: str


@attrs.frozen(kw_only=True)
class ListedObject:
    """An object as a listing shows it; `key` may be any key of the bucket. Size in bytes."""

    key: str
    size: int


@attrs.frozen(kw_only=True)
class DescribedObject:
    """An object's size in bytes, and its attributes.

    `sha256` is None for objects that were too large to know it before they were sent.
    """

    size: int
    sha256: str | None = None
    attributes: Mapping[str, str] = attrs.field(factory=dict)


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
