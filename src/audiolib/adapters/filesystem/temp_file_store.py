"""A temp file store in one folder."""

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import attrs

from audiolib.adapters.filesystem.errors import translate_errors
from audiolib.domain.model.errors import TempFileNotFoundError, VersionConflictError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.ports.object_store import OpenedObject
from audiolib.ports.temp_file_store import StoredTempFile, TempFileStore

_READ = 256 * 1024
_READ_ONLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@attrs.frozen
class FilesystemTempFileStore(TempFileStore):
    """Plain files; links and all else that is no plain file of one name do not exist for it.

    Nothing is synced: a temp file that a power failure takes was not saved yet.
    """

    root: Path

    async def put(
        self,
        name: TempName,
        chunks: AsyncIterator[bytes],
        *,
        header: Callable[[int], bytes] = lambda _: b"",
    ) -> StoredTempFile:
        part, size = self.root / f".{name}.part", 0
        with translate_errors(str(name)):
            file = await asyncio.to_thread(_create, part)
        try:
            with file:
                head = header(0)
                with translate_errors(str(name)):
                    file.write(head)
                async for chunk in chunks:
                    size += len(chunk)
                    with translate_errors(str(name)):
                        await asyncio.to_thread(file.write, chunk)
                with translate_errors(str(name)):
                    file.seek(0)
                    file.write(header(size))
                    file.flush()
                    found = os.fstat(file.fileno())
            with translate_errors(str(name)):
                part.rename(self.root / str(name))
        finally:
            part.unlink(missing_ok=True)
        return StoredTempFile(name=name, size=found.st_size, etag=_etag_of(found))

    async def find(self, name: TempName) -> StoredTempFile | None:
        with translate_errors(str(name)):
            found = await asyncio.to_thread(self._stat, name)
        if found is None:
            return None
        return StoredTempFile(name=name, size=found.st_size, etag=_etag_of(found))

    @asynccontextmanager
    async def open(
        self, name: TempName, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        with translate_errors(str(name)):
            file = await asyncio.to_thread(self._open, name)
        try:
            size = os.fstat(file.fileno()).st_size
            cut = Slice(start=0, stop=size) if part is None else part.within(size)
            yield OpenedObject(size=size, part=cut, chunks=_chunks(file, cut))
        finally:
            file.close()

    async def delete(self, name: TempName, *, etag: str | None) -> bool:
        with translate_errors(str(name)):
            return await asyncio.to_thread(self._delete, name, etag)

    async def size(self) -> int:
        with translate_errors("the temp folder"):
            return await asyncio.to_thread(lambda: sum(f.st_size for _, f in self._files()))

    async def sweep(self, *, older_than: timedelta) -> int:
        with translate_errors("the temp folder"):
            return await asyncio.to_thread(self._sweep, older_than.total_seconds())

    def _stat(self, name: TempName) -> os.stat_result | None:
        try:
            found = (self.root / str(name)).lstat()
        except FileNotFoundError:
            return None
        return found if _is_plain(found) else None

    def _open(self, name: TempName) -> BinaryIO:
        if self._stat(name) is None:
            raise TempFileNotFoundError(f"there is no temp file {name}")
        try:
            file = os.fdopen(os.open(self.root / str(name), _READ_ONLY), "rb")
        except FileNotFoundError as gone:
            raise TempFileNotFoundError(f"there is no temp file {name}") from gone
        # It may have been replaced by something else since it was looked at.
        if not _is_plain(os.fstat(file.fileno())):
            file.close()
            raise TempFileNotFoundError(f"there is no temp file {name}")
        return file

    def _delete(self, name: TempName, etag: str | None) -> bool:
        found = self._stat(name)
        if found is None:
            return False
        if etag not in (None, _etag_of(found)):
            raise VersionConflictError(f"{name} is another file by now")
        (self.root / str(name)).unlink(missing_ok=True)
        return True

    def _sweep(self, older_than: float) -> int:
        swept, now = 0, time.time()
        for path, found in self._files():
            if now - found.st_mtime > older_than:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for entry in list(os.scandir(self.root)) if self.root.exists() else []:
            try:
                if entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # saved and deleted meanwhile


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path.open("wb")


def _is_plain(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _etag_of(found: os.stat_result) -> str:
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'


async def _chunks(file: BinaryIO, cut: Slice) -> AsyncIterator[bytes]:
    left = cut.length
    file.seek(cut.start)
    while left > 0:
        with translate_errors("a temp file"):
            chunk = await asyncio.to_thread(file.read, min(left, _READ))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk
