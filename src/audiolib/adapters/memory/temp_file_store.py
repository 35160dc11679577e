"""A temp file store in memory."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.errors import TempFileNotFoundError, VersionConflictError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.objects import Slice
from audiolib.ports.temp_file_store import OpenedTempFile, StoredTempFile, TempFileStore

_CHUNK = 64 * 1024


@attrs.frozen(kw_only=True)
class MemoryTempFileStore(TempFileStore):
    """Two dictionaries: each file's bytes, and when it was written."""

    now: Callable[[], datetime]
    files: dict[TempName, bytes] = attrs.field(factory=dict)
    written_at: dict[TempName, datetime] = attrs.field(factory=dict)

    async def put(
        self,
        name: TempName,
        chunks: AsyncIterator[bytes],
        *,
        header: Callable[[int], bytes] = lambda _: b"",
    ) -> StoredTempFile:
        data = b"".join([chunk async for chunk in chunks])
        self.files[name] = header(len(data)) + data
        self.written_at[name] = self.now()
        return self._stored(name)

    async def find(self, name: TempName) -> StoredTempFile | None:
        return self._stored(name) if name in self.files else None

    @asynccontextmanager
    async def open(self, name: TempName) -> AsyncIterator[OpenedTempFile]:
        data = self.files.get(name)
        if data is None:
            raise TempFileNotFoundError(f"there is no temp file {name}")

        def read(cut: Slice) -> AsyncIterator[bytes]:
            return _chunks(data[cut.start : cut.stop])

        yield OpenedTempFile(size=len(data), etag=self._stored(name).etag, read=read)

    async def delete(self, name: TempName, *, etag: str | None) -> bool:
        if name not in self.files:
            return False
        if etag not in (None, self._stored(name).etag):
            raise VersionConflictError(f"{name} is another file by now")
        del self.files[name], self.written_at[name]
        return True

    async def size(self) -> int:
        return sum(map(len, self.files.values()))

    async def sweep(self, *, older_than: timedelta) -> int:
        limit = self.now() - older_than
        old = [name for name, written_at in self.written_at.items() if written_at < limit]
        for name in old:
            del self.files[name], self.written_at[name]
        return len(old)

    def _stored(self, name: TempName) -> StoredTempFile:
        data = self.files[name]
        etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        return StoredTempFile(name=name, size=len(data), etag=etag)


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]
