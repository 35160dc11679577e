"""ObjectStore in a folder: the embedded default."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import attrs

from audiolib.adapters.filesystem.attributes import (
    attributes_file,
    attributes_path,
    head_of,
)
from audiolib.adapters.filesystem.errors import translate_errors
from audiolib.adapters.filesystem.in_thread import in_thread, read_slice
from audiolib.adapters.filesystem.upload import Upload, make_folders, sync_folder
from audiolib.adapters.filesystem.walk import list_files, upload_files, upload_keys
from audiolib.domain.model.identifiers import ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.links import PresignedUrl, SignedLink
from audiolib.domain.model.objects import (
    ByteRange,
    DescribedObject,
    ListedObject,
    Slice,
    StoredObject,
)
from audiolib.domain.streams.hashing import HashedStream
from audiolib.domain.streams.rechunk import rechunk
from audiolib.ports.object_store import ObjectStore, OpenedObject

T = TypeVar("T")

_PIECE = 1024 * 1024
_READ = 256 * 1024
_NAMES_AT_ONCE = 1000
_PROBE_BYTES = 64 * 1024


@attrs.frozen(kw_only=True)
class FilesystemObjectStore(ObjectStore):
    """One file an object, at `root`/`key`.

    Its presigned URLs begin with `public_url`, where the asset service serves them, and are
    signed with `secret`. What `put` says of the digest is what was handed to the disk.
    """

    root: Path
    bucket: str = "audio-assets"
    public_url: str
    secret: bytes = attrs.field(repr=False)
    now: Callable[[], datetime]
    new_token: Callable[[], str]

    async def put(
        self,
        key: ObjectKey,
        content: HashedStream,
        *,
        content_type: str,
        attributes: Mapping[str, str] | None = None,
    ) -> StoredObject:
        upload = Upload(self.root / str(key), token=self.new_token())
        try:
            last = await self._copy(content, upload, key)
            beside = attributes_file(attributes or {}, content.sha256)
            with translate_errors(key):
                size = await in_thread(upload.complete, last, beside)
        except BaseException:
            with translate_errors(key):
                await in_thread(upload.give_up)
            raise
        return StoredObject(key=key, size=size, sha256=content.sha256, content_type=content_type)

    async def _copy(self, content: HashedStream, upload: Upload, key: ObjectKey) -> bytes:
        """Writes all but the last piece, which is returned: completing writes it."""
        last = b""
        async for piece in rechunk(content, _PIECE):
            if last:
                with translate_errors(key):
                    await in_thread(upload.write, last)
            last = piece
        return last

    @asynccontextmanager
    async def open(
        self, key: ObjectKey, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        with translate_errors(key):
            descriptor, size = await in_thread(
                _open, self.root / str(key), undo=lambda opened: os.close(opened[0])
            )
        try:
            cut = Slice(start=0, stop=size) if part is None else part.within(size)
            chunks = read_slice(descriptor, cut, at_once=_READ, what=key)
            yield OpenedObject(size=size, part=cut, chunks=chunks)
        finally:
            os.close(descriptor)

    async def head(self, key: ObjectKey) -> DescribedObject:
        with translate_errors(key):
            return await in_thread(head_of, self.root / str(key))

    async def delete(self, key: ObjectKey) -> None:
        path = self.root / str(key)
        with translate_errors(key):
            await in_thread(_remove, [path, attributes_path(path)])

    async def sweep(self, prefix: ObjectKeyPrefix) -> None:
        with translate_errors(str(prefix)):
            await in_thread(_purge, self.root / str(prefix))

    async def abort_uploads(self, key: str) -> None:
        with translate_errors(key):
            await in_thread(lambda: _remove(upload_files(self.root / key)))

    async def list_objects(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        found = list_files(self.root, prefix)
        while some := await self._next(found):
            for each in some:
                yield each

    async def list_uploads(self, prefix: str = "") -> list[str]:
        found = upload_keys(self.root, prefix)
        keys = set[str]()
        while some := await self._next(found):
            keys.update(some)
        return sorted(keys)

    async def _next(self, found: Iterator[T]) -> list[T]:
        with translate_errors("listing"):
            return await in_thread(lambda: list(islice(found, _NAMES_AT_ONCE)))

    async def presign(
        self, key: ObjectKey, *, expires_in: timedelta, content_type: str, filename: str
    ) -> PresignedUrl:
        link = SignedLink(
            key=key,
            # Whole seconds, rounded up: a link lives no shorter than was asked.
            expires_at=(self.now() + expires_in + timedelta(milliseconds=999)).replace(
                microsecond=0
            ),
            content_type=content_type,
            filename=filename,
        )
        url = f"{self.public_url}/files/{key}?{link.query(self.secret)}"
        return PresignedUrl(url=url, expires_at=link.expires_at)

    async def check(self) -> None:
        """Raises: StorageUnavailableError when the folder can't be made or written to."""
        with translate_errors(f"the folder {self.root}"):
            await in_thread(_check, self.root)


def _open(path: Path) -> tuple[int, int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    return descriptor, os.fstat(descriptor).st_size


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths if path.parent.exists()}:
        sync_folder(folder)


def _purge(prefix: Path) -> None:
    beginnings = (f"{prefix.name}.", f".{prefix.name}.")
    try:
        _remove([path for path in prefix.parent.iterdir() if path.name.startswith(beginnings)])
    except FileNotFoundError:
        return


def _check(root: Path) -> None:
    make_folders(root)
    probe = root / ".probe"
    try:
        # Of a full disk an empty file would tell nothing.
        probe.write_bytes(bytes(_PROBE_BYTES))
    finally:
        probe.unlink(missing_ok=True)
