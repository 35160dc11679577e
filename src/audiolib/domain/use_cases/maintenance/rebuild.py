"""RebuildAsset: from an object alone to its document."""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from audiolib.domain.documents.object_manifest import AssetManifest, decode_manifest
from audiolib.domain.model.asset import AssetState, AudioAsset, SaveAttempt
from audiolib.domain.model.audit import Progress
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import AssetCorruptError, NotAudioError, SourceTruncatedError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.objects import StoredObject
from audiolib.domain.streams.hashing import HashedStream
from audiolib.domain.streams.rechunk import peek
from audiolib.ports.audio_inspector import SNIFF_BYTES, AudioInspector
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore


@attrs.frozen(kw_only=True)
class RebuildAsset:
    """The attributes hold its metadata; everything else is measured from its bytes."""

    store: ObjectStore
    repo: MetadataRepo
    inspector: AudioInspector
    now: Callable[[], datetime]
    new_fence: Callable[[], str]
    url_ttl: timedelta = timedelta(minutes=15)

    async def ready(self, key: ObjectKey, progress: Progress) -> AudioAsset:
        """The asset as a save would have committed it; nothing is written.

        Its temp file's cleanup counts as skipped: whether it was done is unknown.

        Raises: AssetCorruptError, when the bytes are not whole, playable audio;
            ObjectNotFoundError; StorageUnavailableError.
        """
        described = await self.store.head(key)
        known = decode_manifest(key, described.attributes, bucket=self.store.bucket)
        try:
            committed = await self._commit(key, known, progress)
        except (NotAudioError, SourceTruncatedError) as unfit:
            raise AssetCorruptError(f"{key}: {unfit}") from unfit
        if described.sha256 not in (None, committed.sha256):
            raise AssetCorruptError(f"{key}: SHA-256 is not the one it was put with")
        return committed

    async def quarantined(self, key: ObjectKey) -> AudioAsset:
        """The asset as operators see it while nothing explains its object.

        Raises: ObjectNotFoundError; StorageUnavailableError.
        """
        described = await self.store.head(key)
        known = decode_manifest(key, described.attributes, bucket=self.store.bucket).asset
        return attrs.evolve(
            known,
            state=AssetState.QUARANTINED,
            storage=attrs.evolve(known.storage, key=key),
            size=described.size,
            sha256=described.sha256,
            # Without the idempotency key, which may be a live asset's.
            attempt=SaveAttempt(fence=self.new_fence()),
            updated_at=self.now(),
        )

    async def insert(self, asset: AudioAsset) -> bool:
        """Put it in place; without its idempotency key, where another asset has that.

        Returns: whether it is in place. Raises: MetadataUnavailableError.
        """
        if await self.repo.insert(asset.tenant, asset):
            return True
        keyless = asset.with_attempt(idempotency=None)
        return await self.repo.insert(asset.tenant, keyless)

    async def _commit(self, key: ObjectKey, known: AssetManifest, progress: Progress) -> AudioAsset:
        async with self.store.open(key) as opened:
            head, chunks = await peek(opened.chunks, SNIFF_BYTES)
            inspection = self.inspector.begin(head)
            content = HashedStream(chunks)
            async for chunk in content:
                inspection.feed(chunk)
                progress.bytes += len(chunk)
        facts = inspection.finish()
        url = await self.store.presign(
            key,
            expires_in=self.url_ttl,
            content_type=inspection.format.content_type,
            filename=f"{known.asset.metadata.title}.{key.extension}",
        )
        now = self.now()
        return known.asset.with_attempt(fence=self.new_fence()).committed(
            stored=StoredObject(
                key=key,
                size=content.size,
                sha256=content.sha256,
                content_type=inspection.format.content_type,
            ),
            blocks=content.blocks,
            facts=facts,
            duration=known.duration if facts.duration is None else facts.duration,
            url=url,
            cleanup=Cleanup(state=CleanupState.SKIPPED, since=now),
            now=now,
        )
