"""Whether an asset's object is what was saved."""

import hashlib

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.audit import Finding, FindingKind, Progress
from audiolib.domain.model.errors import ObjectNotFoundError, StorageUnavailableError
from audiolib.ports.object_store import ObjectStore


async def examine(
    store: ObjectStore, asset: AudioAsset, *, progress: Progress, verify: bool
) -> Finding | None:
    """Compare size and, to `verify`, the SHA-256 of all bytes, with the document.

    Raises: StorageUnavailableError, when it is the store itself that does not answer.
    """
    subject = str(asset.key)
    try:
        if not verify:
            size = (await store.head(asset.key)).size
            return None if size == asset.size else wrong_size(asset, size)
        digest = hashlib.sha256()
        async with store.open(asset.key) as opened:
            if opened.size != asset.size:
                return wrong_size(asset, opened.size)
            async for chunk in opened.chunks:
                digest.update(chunk)
                progress.bytes += len(chunk)
    except ObjectNotFoundError:
        detail = f"asset {asset.id} is {asset.state.value}, and its object is not there"
        return Finding(kind=FindingKind.MISSING_OBJECT, subject=subject, detail=detail)
    except StorageUnavailableError as failed:
        await store.check()
        return unreadable_object(asset, failed)
    found = digest.hexdigest()
    if asset.sha256 in (None, found):
        return None
    detail = f"SHA-256 is {found}, was saved as {asset.sha256}"
    return Finding(kind=FindingKind.WRONG_DIGEST, subject=subject, detail=detail)


def unreadable_object(asset: AudioAsset, failed: StorageUnavailableError) -> Finding:
    """One bad sector must not keep the rest of a library from being looked at."""
    return Finding(
        kind=FindingKind.UNREADABLE_OBJECT, subject=str(asset.key), detail=f"now: {failed}"
    )


def wrong_size(asset: AudioAsset, size: int) -> Finding:
    return Finding(
        kind=FindingKind.WRONG_SIZE,
        subject=str(asset.key),
        detail=f"{size} bytes, was saved with {asset.size}",
    )
