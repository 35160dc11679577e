"""Asks a store, once at start, to keep the promises that safety rests on."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from audiolib.adapters.s3.errors import translate_errors
from audiolib.adapters.s3.upload import Upload
from audiolib.adapters.s3.wire import PresignedTransport
from audiolib.domain.model.errors import AudioLibraryError, ObjectExistsError

PROBES = ".audiolib-probe/"
_FORGOTTEN = timedelta(hours=1)
_BODY = b"audiolib asks whether this store keeps its promises"


async def missing_guarantees(
    client: Any, wire: PresignedTransport, *, bucket: str, token: str, now: datetime
) -> list[str]:
    """What the store gets wrong, a sentence each; nothing it was asked to keep stays.

    Raises: StorageUnavailableError, when it can't be asked.
    """
    key = f"{PROBES}{token}"

    def upload(number: int, name: str = key) -> Upload:
        return Upload(
            client=client,
            wire=wire,
            bucket=bucket,
            key=name,
            content_type="text/plain",
            token=f"{token}-{number}",
        )

    digest = hashlib.sha256(_BODY).hexdigest()
    found = []
    try:
        await upload(1).whole(_BODY, sha256=digest)
        if await _taken_twice(upload(2), digest):
            found.append("it overwrites in spite of If-None-Match: *")
        if await _completes_twice(upload(3)):
            found.append("it overwrites in spite of If-None-Match: * when an upload completes")
        if await _wrong_digest_passes(client, wire, bucket, f"{key}-wrong"):
            found.append("it takes bodies that have not the SHA-256 they are sent with")
        if key not in await _list_probes(client, bucket, key):
            found.append("it does not list what was just written")
    finally:
        with translate_errors("probe"):
            for name in (key, f"{key}-wrong"):
                await client.delete_object(Bucket=bucket, Key=name)
    await _sweep(client, bucket, now - _FORGOTTEN)
    return found


async def _sweep(client: Any, bucket: str, before: datetime) -> None:
    """Remove what probes left that were killed."""
    with translate_errors("probe"):
        answer = await client.list_objects_v2(Bucket=bucket, Prefix=PROBES)
        for found in answer.get("Contents", ()):
            if found["LastModified"] < before:
                await client.delete_object(Bucket=bucket, Key=found["Key"])


async def _taken_twice(upload: Upload, digest: str) -> bool:
    try:
        await upload.whole(_BODY, sha256=digest)
    except ObjectExistsError:
        return False
    return True


async def _completes_twice(upload: Upload) -> bool:
    async def once() -> Any:
        yield _BODY

    try:
        await upload.in_parts(once())
    except ObjectExistsError:
        return False
    return True


async def _wrong_digest_passes(
    client: Any, wire: PresignedTransport, bucket: str, key: str
) -> bool:
    checksum = base64.b64encode(hashlib.sha256(b"something else").digest()).decode()
    parameters = {"Bucket": bucket, "Key": key, "ChecksumSHA256": checksum}
    once = PresignedTransport(client=client, http=wire.http, tries=1)
    try:
        await once.put("put_object", parameters, {"x-amz-checksum-sha256": checksum}, _BODY)
    except AudioLibraryError:
        return False
    return True


async def _list_probes(client: Any, bucket: str, key: str) -> list[str]:
    with translate_errors("probe"):
        answer = await client.list_objects_v2(Bucket=bucket, Prefix=key)
    return [found["Key"] for found in answer.get("Contents", ())]
