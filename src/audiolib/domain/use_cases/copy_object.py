"""CopyObject: one object from one store to another, verified."""

from collections.abc import AsyncIterator

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.block_checksums import BlockChecksums
from audiolib.domain.model.errors import (
    AssetCorruptError,
    ObjectExistsError,
    ObjectNotFoundError,
    StorageUnavailableError,
)
from audiolib.domain.model.finding import Finding, FindingKind, Progress
from audiolib.domain.model.hashed_stream import HashedStream
from audiolib.domain.model.object_attributes import object_attributes
from audiolib.domain.use_cases.checked_read import hashed
from audiolib.domain.use_cases.examine import unreadable_object, wrong_size
from audiolib.ports.object_store import ObjectStore


@attrs.frozen(kw_only=True)
class CopiedBytes:
    """What the target holds now."""

    sha256: str
    blocks: BlockChecksums


@attrs.frozen(kw_only=True)
class CopyObject:
    """May be repeated: what is at the target already is read and compared."""

    source: ObjectStore
    store: ObjectStore

    async def __call__(self, asset: AudioAsset, progress: Progress) -> CopiedBytes | Finding:
        """What was copied, or why it can't be.

        Raises: StorageUnavailableError, when a store itself does not answer; ObjectExistsError,
        when another copy is at it.
        """
        try:
            try:
                return await self._put(asset, progress)
            except ObjectExistsError:
                return await self._met(asset, progress)
        except ObjectNotFoundError:
            detail = f"asset {asset.id} is {asset.state.value}, and its object is not there"
            return Finding(kind=FindingKind.MISSING_OBJECT, subject=str(asset.key), detail=detail)
        except StorageUnavailableError as failed:
            for store in (self.source, self.store):
                await store.check()
            return unreadable_object(asset, failed)
        except AssetCorruptError as corrupt:
            return Finding(
                kind=FindingKind.WRONG_DIGEST, subject=str(asset.key), detail=str(corrupt)
            )

    async def _put(self, asset: AudioAsset, progress: Progress) -> CopiedBytes | Finding:
        async with self.source.open(asset.key) as opened:
            if opened.size != asset.size:
                return wrong_size(asset, opened.size)
            content = HashedStream(_verified(opened.chunks, asset, progress))
            await self.store.put(
                asset.key,
                content,
                content_type=asset.content_type or "application/octet-stream",
                attributes=object_attributes(asset, asset.duration),
            )
        return CopiedBytes(sha256=content.sha256, blocks=content.blocks)

    async def _met(self, asset: AudioAsset, progress: Progress) -> CopiedBytes | Finding:
        try:
            async with self.store.open(asset.key) as opened:
                content = HashedStream(opened.chunks)
                async for chunk in content:
                    progress.bytes += len(chunk)
        except ObjectNotFoundError:
            # Only the beginning of a copy that was broken off holds the key.
            await self.store.give_up(str(asset.key))
            return await self._put(asset, progress)
        if asset.sha256 not in (None, content.sha256) or content.size != asset.size:
            raise AssetCorruptError("the target holds other bytes under this key")
        return CopiedBytes(sha256=content.sha256, blocks=content.blocks)


async def _verified(
    chunks: AsyncIterator[bytes], asset: AudioAsset, progress: Progress
) -> AsyncIterator[bytes]:
    checked = chunks if asset.sha256 is None else hashed(chunks, asset)
    async for chunk in checked:
        progress.bytes += len(chunk)
        yield chunk
