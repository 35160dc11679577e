"""What an object store says of an object."""

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
class PresignedUrl:
    """A link that lets whoever holds it read one object until it expires."""

    url: str = attrs.field(repr=False)
    expires_at: datetime
