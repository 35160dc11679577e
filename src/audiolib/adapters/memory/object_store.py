"""An object store in memory."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs

from audiolib.domain.model.errors import ObjectExistsError, ObjectNotFoundError
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
from audiolib.ports.object_store import ObjectStore, OpenedObject


@attrs.frozen
class _Object:
    data: bytes = attrs.field(repr=False)
    content_type: str
    attributes: Mapping[str, str]


class MemoryObjectStore(ObjectStore):
    """Objects in a dict; `now` decides when its URLs expire."""

    def __init__(
        self,
        *,
        bucket: str = "audio-assets",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chunk_size: int = 64 * 1024,
    ) -> None:
        self.bucket = bucket
        self._now = now
        self._chunk_size = chunk_size
        self._objects: dict[str, _Object] = {}
        self._uploads: list[str] = []

    async def put(
        self,
        key: ObjectKey,
        content: HashedStream,
        *,
        content_type: str,
        attributes: Mapping[str, str] | None = None,
    ) -> StoredObject:
        data = bytearray()
        self._uploads.append(str(key))
        try:
            async for chunk in content:
                data += chunk
        finally:
            self._uploads.remove(str(key))
        if str(key) in self._objects:
            raise ObjectExistsError(f"{key} is taken")
        self._objects[str(key)] = _Object(bytes(data), content_type, dict(attributes or {}))
        return StoredObject(
            key=key,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            content_type=content_type,
        )

    @asynccontextmanager
    async def open(
        self, key: ObjectKey, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        data = self.read(key)
        cut = Slice(start=0, stop=len(data)) if part is None else part.within(len(data))
        yield OpenedObject(
            size=len(data), part=cut, chunks=self._chunks(data[cut.start : cut.stop])
        )

    async def head(self, key: ObjectKey) -> DescribedObject:
        data = self.read(key)
        return DescribedObject(
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            attributes=self._objects[str(key)].attributes,
        )

    async def delete(self, key: ObjectKey) -> None:
        self._objects.pop(str(key), None)

    async def sweep(self, prefix: ObjectKeyPrefix) -> None:
        for key in [key for key in self._objects if key.startswith(f"{prefix}.")]:
            del self._objects[key]

    async def abort_uploads(self, key: str) -> None:
        """An upload in memory ends with its put."""

    async def list_objects(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        for key in sorted(self._objects):
            if key.startswith(prefix):
                yield ListedObject(key=key, size=len(self._objects[key].data))

    async def list_uploads(self, prefix: str = "") -> list[str]:
        return [key for key in self._uploads if key.startswith(prefix)]

    async def presign(
        self, key: ObjectKey, *, expires_in: timedelta, content_type: str, filename: str
    ) -> PresignedUrl:
        expires_at = self._now() + expires_in
        query = urlencode({"expires": expires_at.isoformat(), "filename": filename})
        return PresignedUrl(url=f"memory://{self.bucket}/{key}?{query}", expires_at=expires_at)

    async def check(self) -> None:
        """Memory is always there."""

    def overwrite(self, key: ObjectKey | str, data: bytes) -> None:
        """Change an object, or make one, behind the library's back, for tests."""
        self._objects[str(key)] = _Object(data, "audio/wav", {})

    def read(self, key: ObjectKey) -> bytes:
        """An object's bytes, for tests. Raises: ObjectNotFoundError."""
        found = self._objects.get(str(key))
        if found is None:
            raise ObjectNotFoundError(f"there is no object {key}")
        return found.data

    def fetch(self, url: str) -> bytes | None:
        """What a presigned URL's holder gets: the bytes, or None when it has expired."""
        parts = urlsplit(url)
        expires_at = datetime.fromisoformat(parse_qs(parts.query)["expires"][0])
        if self._now() >= expires_at:
            return None
        return self.read(ObjectKey.parse(parts.path.removeprefix("/")))

    async def _chunks(self, data: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(data), self._chunk_size):
            yield data[start : start + self._chunk_size]
