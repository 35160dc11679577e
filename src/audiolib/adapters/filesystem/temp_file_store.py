"""A temp file store in one folder."""

import os
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import attrs

from audiolib.adapters.filesystem.errors import translate_temp_errors
from audiolib.adapters.filesystem.in_thread import in_thread, read_slice
from audiolib.domain.model.errors import TempFileNotFoundError, VersionConflictError
from audiolib.domain.model.identifiers import TempName
from audiolib.ports.temp_file_store import OpenedTempFile, StoredTempFile, TempFileStore

_READ = 64 * 1024
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
        with translate_temp_errors(name):
            part = await in_thread(_Part.create, self.root, name, undo=_Part.remove)
        try:
            await self._write(part, header(0), name)
            async for chunk in chunks:
                await self._write(part, chunk, name)
            with translate_temp_errors(name):
                found = await in_thread(part.publish, header)
        finally:
            with translate_temp_errors(name):
                await in_thread(part.remove)
        return StoredTempFile(name=name, size=found.st_size, etag=_etag_of(found))

    async def _write(self, part: "_Part", data: bytes, name: TempName) -> None:
        with translate_temp_errors(name):
            await in_thread(part.write, data)

    async def find(self, name: TempName) -> StoredTempFile | None:
        with translate_temp_errors(name):
            found = await in_thread(self._stat, name)
        if found is None:
            return None
        return StoredTempFile(name=name, size=found.st_size, etag=_etag_of(found))

    @asynccontextmanager
    async def open(self, name: TempName) -> AsyncIterator[OpenedTempFile]:
        with translate_temp_errors(name):
            descriptor = await in_thread(self._open, name, undo=os.close)
        try:
            found = os.fstat(descriptor)
            yield OpenedTempFile(
                size=found.st_size,
                etag=_etag_of(found),
                read=partial(read_slice, descriptor, at_once=_READ, what=name),
            )
        finally:
            os.close(descriptor)

    async def delete(self, name: TempName, *, etag: str | None) -> bool:
        with translate_temp_errors(name):
            return await in_thread(self._delete, name, etag)

    async def size(self) -> int:
        with translate_temp_errors("folder"):
            return await in_thread(lambda: sum(f.st_size for _, f in self._files()))

    async def sweep(self, *, older_than: timedelta) -> int:
        with translate_temp_errors("folder"):
            return await in_thread(self._sweep, older_than.total_seconds())

    def _stat(self, name: TempName) -> os.stat_result | None:
        try:
            found = (self.root / str(name)).lstat()
        except FileNotFoundError:
            return None
        return found if _is_plain(found) else None

    def _open(self, name: TempName) -> int:
        missing = TempFileNotFoundError(f"there is no temp file {name}")
        if self._stat(name) is None:
            raise missing
        try:
            descriptor = os.open(self.root / str(name), _READ_ONLY)
        except FileNotFoundError as gone:
            raise missing from gone
        # Something else may have taken its place since it was looked at.
        if not _is_plain(os.fstat(descriptor)):
            os.close(descriptor)
            raise missing
        return descriptor

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
        try:
            entries = list(os.scandir(self.root))
        except FileNotFoundError:
            return
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # saved and deleted meanwhile


@attrs.define
class _Part:
    """A file before it is complete, under a hidden name of its own. All methods block."""

    path: Path
    final: Path
    descriptor: int
    written: int = 0

    @classmethod
    def create(cls, root: Path, name: TempName) -> "_Part":
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, path = tempfile.mkstemp(dir=root, prefix=f".{name}.", suffix=".part")
        return cls(path=Path(path), final=root / str(name), descriptor=descriptor)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]
        self.written += len(data)

    def publish(self, header: Callable[[int], bytes]) -> os.stat_result:
        """Write the final header, and let the file appear under its name."""
        head = header(self.written - len(header(0)))
        os.pwrite(self.descriptor, head, 0)
        found = os.fstat(self.descriptor)
        self.path.rename(self.final)
        return found

    def remove(self) -> None:
        """Close the file; nothing stays of one that was not published."""
        os.close(self.descriptor)
        self.path.unlink(missing_ok=True)


def _is_plain(found: os.stat_result) -> bool:
    # None of its names is left where it was deleted or replaced since it was opened.
    return stat.S_ISREG(found.st_mode) and found.st_nlink <= 1


def _etag_of(found: os.stat_result) -> str:
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
