"""Two ways to write an object once: in a single request, or in parts."""

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

import attrs
import stamina

from audiolib.adapters.s3.errors import PassingError, translate_errors
from audiolib.adapters.s3.wire import PresignedTransport
from audiolib.domain.model.errors import (
    AudioLibraryError,
    ObjectExistsError,
    ObjectNotFoundError,
)

CLAIM = ".claim"
_PATIENCE = 4.0
"""Seconds for what only tidies up, or reads back what another call left open."""
SHA256 = "sha256"
TOKEN = "put-token"  # noqa: S105 - the name of a metadata entry, no secret


@attrs.frozen(kw_only=True)
class Upload:
    """One put of one object. Its `token` goes into the object's metadata: where a lost answer
    leaves open who wrote the object, the token decides."""

    client: Any
    wire: PresignedTransport
    bucket: str
    key: str
    content_type: str
    token: str
    attributes: Mapping[str, str] = attrs.field(factory=dict)

    async def whole(self, body: bytes, *, sha256: str) -> None:
        """The store itself refuses a body that hasn't the digest.

        Raises: ObjectExistsError, InsufficientStorageError, StorageUnavailableError.
        """
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        parameters: dict[str, Any] = self._where | {
            "IfNoneMatch": "*",
            "ContentType": self.content_type,
            "ChecksumSHA256": checksum,
            "Metadata": self._metadata | {SHA256: sha256},
        }
        headers = {
            "If-None-Match": "*",
            "Content-Type": self.content_type,
            "x-amz-checksum-sha256": checksum,
            **{f"x-amz-meta-{name}": value for name, value in parameters["Metadata"].items()},
        }
        try:
            await self.wire.put("put_object", parameters, headers, body)
        except ObjectExistsError:
            # It is ours where a first try succeeded and only its answer was lost.
            if not await self._is_ours():
                raise

    async def in_parts(self, pieces: AsyncIterator[bytes]) -> None:
        """Each part is refused by the store unless it has its CRC-32; aborted on any failure.

        The key is first claimed by a small object `KEY.claim`: of uploads that complete at the same
        time, SeaweedFS 4.48 lets several through in spite of If-None-Match, of puts only one.

        Raises: as `whole`, and whatever pieces raise.
        """
        claim = attrs.evolve(self, key=self.key + CLAIM, attributes={})
        await claim.whole(b"", sha256=hashlib.sha256().hexdigest())
        try:
            await self._put_parts(pieces)
        except PassingError:
            raise  # the upload may be there, now or later: its claim tells the sweep of it
        except BaseException:
            await claim.withdraw()
            raise
        await claim.withdraw()

    async def withdraw(self) -> None:
        """Remove what this put wrote; where that fails, a sweep will find it."""
        await self._end(self.client.delete_object(**self._where))

    async def _put_parts(self, pieces: AsyncIterator[bytes]) -> None:
        with translate_errors(self.key):
            begun = await self.client.create_multipart_upload(
                **self._where,
                ContentType=self.content_type,
                ChecksumAlgorithm="CRC32",
                Metadata=self._metadata,
            )
        upload = self._where | {"UploadId": begun["UploadId"]}
        if begun["ResponseMetadata"].get("RetryAttempts"):
            await self._end_others(begun["UploadId"])
        try:
            parts = list[dict[str, Any]]()
            async for piece in pieces:
                parts.append(await self._part(upload, len(parts) + 1, piece))
                del piece  # or it would be held while the next is put together
            await self._complete(upload, parts)
        except PassingError:
            raise  # a store that does not answer would not end the upload either
        except BaseException:
            await self._abort(upload)
            raise

    @property
    def _metadata(self) -> dict[str, str]:
        return {**self.attributes, TOKEN: self.token}

    @property
    def _where(self) -> dict[str, Any]:
        return {"Bucket": self.bucket, "Key": self.key}

    async def _part(self, upload: dict[str, Any], number: int, piece: bytes) -> dict[str, Any]:
        checksum = base64.b64encode(zlib.crc32(piece).to_bytes(4, "big")).decode()
        answer = await self.wire.put(
            "upload_part",
            upload | {"PartNumber": number, "ChecksumCRC32": checksum},
            {"x-amz-checksum-crc32": checksum},
            piece,
        )
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": checksum}

    async def _complete(self, upload: dict[str, Any], parts: list[dict[str, Any]]) -> None:
        try:
            async for attempt in stamina.retry_context(
                on=PassingError, attempts=2, timeout=_PATIENCE, wait_initial=0.1
            ):
                with attempt, translate_errors(self.key):
                    await self.client.complete_multipart_upload(
                        **upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                    )
        except AudioLibraryError as failed:
            # Also a repeated completion whose first answer was lost ends here.
            try:
                async with asyncio.timeout(_PATIENCE):
                    is_ours = await self._is_ours()
            except (AudioLibraryError, TimeoutError):
                raise failed from None
            if not is_ours:
                raise

    async def _end_others(self, ours: str) -> None:
        """A try whose answer was lost has begun an upload that would never be ended."""
        try:
            with translate_errors(self.key):
                found = await self.client.list_multipart_uploads(
                    Bucket=self.bucket, Prefix=self.key
                )
        except AudioLibraryError:
            return  # reconciling finds it
        for upload in found.get("Uploads", ()):
            if upload["Key"] == self.key and upload["UploadId"] != ours:
                await self._abort(self._where | {"UploadId": upload["UploadId"]})

    async def _abort(self, upload: dict[str, Any]) -> None:
        await self._end(self.client.abort_multipart_upload(**upload))

    async def _end(self, call: Awaitable[object]) -> None:
        """Wait a little for a removal: where it fails a sweep does it, and the first error is the
        one that is raised."""
        try:
            with translate_errors(self.key):
                async with asyncio.timeout(_PATIENCE):
                    await call
        except AudioLibraryError:
            pass

    async def _is_ours(self) -> bool:
        try:
            with translate_errors(self.key):
                found = await self.client.head_object(**self._where)
        except ObjectNotFoundError:
            return False
        return bool(found["Metadata"].get(TOKEN) == self.token)
