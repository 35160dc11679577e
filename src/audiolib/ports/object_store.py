"""Port: durable storage for immutable bytes."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

import attrs

from audiolib.domain.model.identifiers import ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.objects import (
    ByteRange,
    DescribedObject,
    ListedObject,
    Slice,
    StoredObject,
)
from audiolib.domain.streams.hashing import HashedStream


@attrs.frozen(kw_only=True)
class OpenedObject:
    """An object being read: its whole `size` in bytes, the part that was asked for, its bytes."""

    size: int
    part: Slice
    chunks: AsyncIterator[bytes]


class ObjectStore(Protocol):
    """Keeps immutable objects under keys, each written once.

    Every method raises StorageUnavailableError when the store does not answer or fails; a write
    may still have happened, or happen later. Memory is bounded whatever an object's size.
    Every adapter passes `audiolib.testing.contracts.ObjectStoreContract`.
    """

    bucket: str

    @abstractmethod
    async def put(
        self,
        key: ObjectKey,
        content: HashedStream,
        *,
        content_type: str,
        attributes: Mapping[str, str] | None = None,
    ) -> StoredObject:
        """Store all of content under key, or nothing at all; durable on return.

        Readers never see a part of an object. What `content` raises is passed on, and, as when
        cancelled, neither an object nor an unfinished upload stays. `attributes` are stored with
        the bytes: names of a-z and -, values of printable ASCII, 1,900 bytes in all at most.

        Returns: size and SHA-256 as the store has them, not as they were sent.

        Raises:
            ObjectExistsError: the key is taken; its object is unchanged.
            InsufficientStorageError: no room.
        """

    @abstractmethod
    def open(
        self, key: ObjectKey, part: ByteRange | None = None
    ) -> AbstractAsyncContextManager[OpenedObject]:
        """Open an object, or a part of it, for reading.

        Raises, on entry: ObjectNotFoundError; RangeNotSatisfiableError. While reading:
        StorageUnavailableError when bytes are missing at the end.
        """

    @abstractmethod
    async def head(self, key: ObjectKey) -> DescribedObject:
        """An object's size and attributes. Raises: ObjectNotFoundError."""

    @abstractmethod
    async def delete(self, key: ObjectKey) -> None:
        """Remove the object; removing a missing one is not an error."""

    @abstractmethod
    async def sweep(self, prefix: ObjectKeyPrefix) -> None:
        """Remove every object and every unfinished upload under the prefix. Idempotent."""

    @abstractmethod
    async def abort_uploads(self, key: str) -> None:
        """End the unfinished uploads of a key; a complete object stays. Idempotent."""

    @abstractmethod
    def list_objects(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        """The objects whose keys begin with prefix.

        Those of one tenant come together, ascending; the tenants come in an order of the store's
        own, the same each time (S3 sorts whole keys, SeaweedFS folder by folder).
        """

    @abstractmethod
    async def list_uploads(self, prefix: str = "") -> list[str]:
        """The keys of uploads that were begun and neither completed nor given up."""

    @abstractmethod
    async def presign(
        self, key: ObjectKey, *, expires_in: timedelta, content_type: str, filename: str
    ) -> PresignedUrl:
        """A URL by which anyone reads this one object until it expires; nothing is looked up.

        The answer to it says `Content-Type: content_type` and names the download `filename`.
        """

    @abstractmethod
    async def check(self) -> None:
        """Reach the store. Raises: StorageUnavailableError, saying what is wrong."""
