"""What an object store says of an object."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from audiolib.domain.model.naming import ObjectKey


@attrs.frozen(kw_only=True)
class StoredObject:
    """A receipt: key, size in bytes, SHA-256 in hex."""

    key: ObjectKey
    size: int
    sha256: str
    content_type: str


@attrs.frozen(kw_only=True)
class ListedObject:
    """An object as a listing shows it; `key` may be any that lies in the bucket. Size in bytes."""

    key: str
    size: int


@attrs.frozen(kw_only=True)
class DescribedObject:
    """An object's size in bytes, and what was put beside its bytes.

    `sha256` is None where the object was too large to know it before the first byte was sent.
    """

    size: int
    sha256: str | None = None
    attributes: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class PresignedUrl:
    """A link that lets whoever holds it read one object until it expires."""

    url: str = attrs.field(repr=False)
    expires_at: datetime
