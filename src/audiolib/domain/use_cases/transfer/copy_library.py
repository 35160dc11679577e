"""CopyLibrary: all assets of a library to another pair of stores."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import attrs

from audiolib.domain.documents.object_manifest import encode_manifest
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Finding, FindingKind, Progress, Unreadable
from audiolib.domain.model.checksums import BlockChecksums
from audiolib.domain.model.errors import (
    AssetCorruptError,
    ObjectExistsError,
    ObjectNotFoundError,
    StorageUnavailableError,
    UnreadableDocumentError,
)
from audiolib.domain.streams.hashing import HashedStream
from audiolib.domain.streams.verification import verify_digest
from audiolib.domain.use_cases.maintenance.library_walk import documents_of, tenants_of
from audiolib.domain.use_cases.maintenance.verify_object import unreadable_object, wrong_size
from audiolib.ports.gather import Gather, gather_sequentially
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore

_CARRIED = (AssetState.READY, AssetState.TRASHED)


@attrs.frozen(kw_only=True)
class CopyLibrary:
    """Ids, keys and times stay as they are. What is there already is left alone, so a copy that
    was broken off goes on when it is run again.

    The object goes first and its document last: until then the source's document stands for it.
    Each object is verified by its SHA-256. Nothing is changed at the source.
    """

    source: ObjectStore
    inventory: Inventory
    store: ObjectStore
    repo: MetadataRepo
    now: Callable[[], datetime]
    gather: Gather = gather_sequentially
    together: int = 8
    url_ttl: timedelta = timedelta(minutes=15)

    async def __call__(self, progress: Progress) -> AsyncIterator[Finding]:
        """Everything that could not be copied, and why.

        Raises: StorageUnavailableError, MetadataUnavailableError; run it again then.
        """
        async for tenant in tenants_of(self.inventory):
            batch = list[AudioAsset | Unreadable]()
            async for document in documents_of(self.inventory, tenant):
                batch.append(document)
                if len(batch) == self.together:
                    for finding in await self._copy(batch, progress):
                        yield finding
                    batch.clear()
            for finding in await self._copy(batch, progress):
                yield finding

    async def _copy(
        self, batch: Sequence[AudioAsset | Unreadable], progress: Progress
    ) -> list[Finding]:
        results = await self.gather([partial(self._one, each, progress) for each in batch])
        return [finding for finding in results if finding is not None]

    async def _one(self, asset: AudioAsset | Unreadable, progress: Progress) -> Finding | None:
        progress.documents += 1
        if isinstance(asset, Unreadable):
            return Finding(
                kind=FindingKind.UNREADABLE_DOCUMENT, subject=asset.asset_id, detail=asset.fault
            )
        if asset.state not in _CARRIED or await self._is_there(asset):
            progress.skipped += 1
            return None
        copied = await CopyObject(source=self.source, store=self.store)(asset, progress)
        if isinstance(copied, Finding):
            return copied
        if not await self._insert_document(asset, copied):
            detail = "another document at the target has its id or its idempotency key"
            return Finding(kind=FindingKind.TAKEN, subject=str(asset.key), detail=detail)
        progress.done += 1
        return None

    async def _is_there(self, asset: AudioAsset) -> bool:
        try:
            found = await self.repo.get(asset.tenant, asset.id)
        except UnreadableDocumentError:
            return False  # its id is taken, which the insert will find
        return (
            found is not None and found.state in _CARRIED and asset.sha256 in (None, found.sha256)
        )

    async def _insert_document(self, asset: AudioAsset, copied: "CopiedBytes") -> bool:
        url = await self.store.presign(
            asset.key,
            expires_in=self.url_ttl,
            content_type=asset.content_type or "application/octet-stream",
            filename=asset.filename,
        )
        document = attrs.evolve(
            asset,
            storage=attrs.evolve(
                asset.storage,
                bucket=self.store.bucket,
                url=url.url,
                url_expires_at=url.expires_at,
            ),
            sha256=copied.sha256,
            blocks=copied.blocks,
            cleanup=asset.cleanup.unleased(self.now()),
        )
        if await self.repo.insert(asset.tenant, document):
            return True
        # A reconcile that ran at the target since may have put the bare object in quarantine.
        try:
            found = await self.repo.get(asset.tenant, asset.id)
        except UnreadableDocumentError:
            return False
        if found is None or found.state is not AssetState.QUARANTINED:
            return False
        document = document.with_attempt(fence=found.attempt.fence)
        return await self.repo.release(asset.tenant, document)


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
                return await self._resume(asset, progress)
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
            content = HashedStream(_verify(opened.chunks, asset, progress))
            await self.store.put(
                asset.key,
                content,
                content_type=asset.content_type or "application/octet-stream",
                attributes=encode_manifest(asset, asset.duration),
            )
        return CopiedBytes(sha256=content.sha256, blocks=content.blocks)

    async def _resume(self, asset: AudioAsset, progress: Progress) -> CopiedBytes | Finding:
        try:
            async with self.store.open(asset.key) as opened:
                content = HashedStream(opened.chunks)
                async for chunk in content:
                    progress.bytes += len(chunk)
        except ObjectNotFoundError:
            # Only the beginning of a copy that was broken off holds the key.
            await self.store.abort_uploads(str(asset.key))
            return await self._put(asset, progress)
        if asset.sha256 not in (None, content.sha256) or content.size != asset.size:
            raise AssetCorruptError("the target holds other bytes under this key")
        return CopiedBytes(sha256=content.sha256, blocks=content.blocks)


async def _verify(
    chunks: AsyncIterator[bytes], asset: AudioAsset, progress: Progress
) -> AsyncIterator[bytes]:
    checked = chunks if asset.sha256 is None else verify_digest(chunks, asset)
    async for chunk in checked:
        progress.bytes += len(chunk)
        yield chunk
