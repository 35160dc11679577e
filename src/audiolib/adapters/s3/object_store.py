"""ObjectStore on S3: MinIO, SeaweedFS, AWS and their kin."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import attrs

from audiolib.adapters.s3.errors import translate_errors
from audiolib.adapters.s3.probe import PROBES
from audiolib.adapters.s3.upload import CLAIM, SHA256, TOKEN, Upload
from audiolib.adapters.s3.wire import PresignedTransport
from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import ObjectNotFoundError, RangeNotSatisfiableError
from audiolib.domain.model.identifiers import ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.links import PresignedUrl, attachment
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

_READ = 256 * 1024


@attrs.frozen(kw_only=True)
class S3ObjectStore(ObjectStore):
    """Up to `part_size` bytes go in one request, more in parts of that size, one at a time.

    `public` signs the URLs that are handed out. A `weak` store is one that was seen to let wrong
    bytes pass: what it was given is read back.
    """

    client: Any
    public: Any
    wire: PresignedTransport
    bucket: str
    now: Callable[[], datetime]
    new_token: Callable[[], str]
    part_size: int = 5 * 1024 * 1024
    weak: bool = False

    async def put(
        self,
        key: ObjectKey,
        content: HashedStream,
        *,
        content_type: str,
        attributes: Mapping[str, str] | None = None,
    ) -> StoredObject:
        upload = Upload(
            client=self.client,
            wire=self.wire,
            bucket=self.bucket,
            key=str(key),
            content_type=content_type,
            token=self.new_token(),
            attributes=attributes or {},
        )
        pieces = rechunk(content, self.part_size)
        begun = [piece async for piece in _up_to_two(pieces)]
        if len(begun) < 2:
            await upload.whole(b"".join(begun), sha256=content.sha256)
            size = content.size
        else:
            await upload.in_parts(_resume(begun, pieces))
            size = (await self.head(key)).size
        digest = await self._digest(key) if self.weak else content.sha256
        return StoredObject(key=key, size=size, sha256=digest, content_type=content_type)

    @asynccontextmanager
    async def open(
        self, key: ObjectKey, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        if part is not None and part.first is None and not part.last:
            raise RangeNotSatisfiableError((await self.head(key)).size)
        headers = {} if part is None else {"Range": _range(part)}
        async with self.wire.get(self._where(key), headers) as response:
            if response.status == 416:
                raise RangeNotSatisfiableError((await self.head(key)).size)
            size = _total(response)
            cut = Slice(start=0, stop=size) if part is None else part.within(size)
            yield OpenedObject(size=size, part=cut, chunks=_chunks(response, key))

    async def head(self, key: ObjectKey) -> DescribedObject:
        with translate_errors(key):
            found = await self.client.head_object(**self._where(key))
        attributes = dict(found["Metadata"])
        attributes.pop(TOKEN, None)
        return DescribedObject(
            size=int(found["ContentLength"]),
            sha256=attributes.pop(SHA256, None),
            attributes=attributes,
        )

    async def delete(self, key: ObjectKey) -> None:
        with translate_errors(key):
            await self.client.delete_object(**self._where(key))

    async def sweep(self, prefix: ObjectKeyPrefix) -> None:
        with translate_errors(prefix):
            await self._abort_uploads_under(prefix)
            # Claims go last: until then they say which uploads may be left.
            found = [found.key async for found in self._list(f"{prefix}.")]
            for key in sorted(found, key=lambda key: key.endswith(CLAIM)):
                await self.client.delete_object(Bucket=self.bucket, Key=key)

    async def _abort_uploads_under(self, prefix: ObjectKeyPrefix) -> None:
        """By the prefix, and by each key that a save may have written to: MinIO lists uploads
        under the exact key alone (https://github.com/minio/minio/issues/20989)."""
        for wanted in (f"{prefix}.", *(str(prefix.key(f.extension)) for f in AudioFormat)):
            for upload in await self._uploads(wanted):
                await self._abort(upload)

    async def abort_uploads(self, key: str) -> None:
        with translate_errors(key):
            for upload in await self._uploads(key):
                if upload["Key"] == key:
                    await self._abort(upload)
            await self.client.delete_object(Bucket=self.bucket, Key=key + CLAIM)

    async def list_objects(self, prefix: str = "") -> AsyncIterator[ListedObject]:
        async for found in self._list(prefix):
            if not found.key.endswith(CLAIM) and not found.key.startswith(PROBES):
                yield found

    async def list_uploads(self, prefix: str = "") -> list[str]:
        uploads = {upload["Key"] for upload in await self._uploads(prefix)}
        async for found in self._list(prefix):
            if found.key.endswith(CLAIM):
                uploads.add(found.key.removesuffix(CLAIM))
        return sorted(key for key in uploads if not key.startswith(PROBES))

    async def presign(
        self, key: ObjectKey, *, expires_in: timedelta, content_type: str, filename: str
    ) -> PresignedUrl:
        parameters = self._where(key) | {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": attachment(filename),
        }
        expires_at = self.now() + expires_in
        with translate_errors(key):
            url = await self.public.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=int(expires_in.total_seconds())
            )
        return PresignedUrl(url=url, expires_at=expires_at)

    async def check(self) -> None:
        with translate_errors(f"bucket {self.bucket}"):
            await self.client.head_bucket(Bucket=self.bucket)

    def _where(self, key: ObjectKey) -> dict[str, Any]:
        return {"Bucket": self.bucket, "Key": str(key)}

    async def _abort(self, upload: dict[str, Any]) -> None:
        await self.client.abort_multipart_upload(
            Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
        )

    async def _list(self, prefix: str) -> AsyncIterator[ListedObject]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        try:
            with translate_errors(f"listing {prefix}"):
                async for page in pages:
                    for found in page.get("Contents", ()):
                        # SeaweedFS reads a//b as a/b, so it is asked again here.
                        if found["Key"].startswith(prefix):
                            yield ListedObject(key=found["Key"], size=found["Size"])
        except ObjectNotFoundError:
            return  # MinIO refuses a prefix that no name can have

    async def _uploads(self, prefix: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        with translate_errors(f"listing uploads {prefix}"):
            found = [upload async for page in pages for upload in page.get("Uploads", ())]
        return [upload for upload in found if upload["Key"].startswith(prefix)]

    async def _digest(self, key: ObjectKey) -> str:
        digest = hashlib.sha256()
        async with self.open(key) as opened:
            async for chunk in opened.chunks:
                digest.update(chunk)
        return digest.hexdigest()


async def _up_to_two(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for _ in range(2):
        piece = await anext(pieces, None)
        if piece is not None:
            yield piece


async def _resume(begun: list[bytes], rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    # Each is let go of once it is sent: two are held, and a copy while one is put together.
    while begun:
        yield begun.pop(0)
    async for piece in rest:
        begun.append(piece)
        del piece
        yield begun.pop()


def _range(part: ByteRange) -> str:
    first = "" if part.first is None else part.first
    last = "" if part.last is None else part.last
    return f"bytes={first}-{last}"


def _total(response: aiohttp.ClientResponse) -> int:
    whole = response.headers.get("Content-Range", "").rpartition("/")[2]
    return int(whole or response.headers["Content-Length"])


async def _chunks(response: aiohttp.ClientResponse, key: ObjectKey) -> AsyncIterator[bytes]:
    with translate_errors(key):
        async for chunk in response.content.iter_chunked(_READ):
            yield chunk
