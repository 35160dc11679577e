"""Port: the generator's temp files."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

import attrs

from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.objects import Slice


@attrs.frozen(kw_only=True)
class StoredTempFile:
    """A complete temp file: size in bytes, and an entity tag in quotes, of this content alone."""

    name: TempName
    size: int
    etag: str


@attrs.frozen(kw_only=True)
class OpenedTempFile:
    """A file being read: what is known of it, and its bytes; all are of one content, even if
    another file takes its place."""

    size: int
    etag: str
    read: Callable[[Slice], AsyncIterator[bytes]]


class TempFileStore(Protocol):
    """Keeps generated audio until it is saved or swept.

    Names cannot be guessed; who can name a temp file can read it. Every method raises
    StorageUnavailableError when the store fails. Memory is bounded whatever a file's size.
    Every adapter passes `audiolib.testing.contracts.TempFileStoreContract`.
    """

    @abstractmethod
    async def put(
        self,
        name: TempName,
        chunks: AsyncIterator[bytes],
        *,
        header: Callable[[int], bytes] = lambda _: b"",
    ) -> StoredTempFile:
        """Store the chunks behind a header, or nothing at all.

        `header` is given the chunks' size in bytes when that is known, and 0 before; it returns
        as many bytes for each. Readers never see a part of a file. What `chunks` raises is passed
        on, and, as when cancelled, nothing stays. A file of the same name is replaced.

        Raises: InsufficientStorageError.
        """

    @abstractmethod
    async def find(self, name: TempName) -> StoredTempFile | None:
        """Return size and ETag of a complete file, or None."""

    @abstractmethod
    def open(self, name: TempName) -> AbstractAsyncContextManager[OpenedTempFile]:
        """A file, to be read in part or as a whole. Raises, on entry: TempFileNotFoundError."""

    @abstractmethod
    async def delete(self, name: TempName, *, etag: str | None) -> bool:
        """Delete a file, if it still is the one that `etag` names; None is any. Idempotent.

        Returns: whether there was such a file. Raises: VersionConflictError.
        """

    @abstractmethod
    async def size(self) -> int:
        """Return the bytes of all files, unfinished ones included."""

    @abstractmethod
    async def sweep(self, *, older_than: timedelta) -> int:
        """Delete files that were written longer ago, unfinished ones included.

        Returns: how many.
        """
