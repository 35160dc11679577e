"""SaveAudioToLibrary: from a temp file to a committed asset.

Intent first, object second, commit last; nothing is deleted before its document is fenced.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

import attrs

from audiolib.domain.documents.object_manifest import encode_manifest
from audiolib.domain.model.asset import AssetState, AudioAsset, SaveAttempt, Storage
from audiolib.domain.model.audio import AudioProperties
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.errors import (
    CommitUnknownError,
    IdempotencyConflictError,
    IdempotencyInProgressError,
    InsufficientStorageError,
    LeaseLostError,
    MetadataUnavailableError,
    StorageUnavailableError,
    UnavailableError,
)
from audiolib.domain.model.idempotency import Idempotency
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.objects import StoredObject
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.domain.streams.hashing import HashedStream
from audiolib.domain.streams.rechunk import peek
from audiolib.domain.use_cases.access.enforce_quota import EnforceQuota, NoQuota
from audiolib.domain.use_cases.library.ingest import IngestStream, Lease
from audiolib.domain.use_cases.library.save_command import SaveAudio, SaveRecording
from audiolib.domain.use_cases.retry import retry_if_unknown
from audiolib.ports.audio_inspector import SNIFF_BYTES, AudioInspector
from audiolib.ports.audio_source import AudioSource, OpenedAudio
from audiolib.ports.gather import Defer, call_at_once
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore

Opening = AbstractAsyncContextManager[OpenedAudio]


@attrs.frozen(kw_only=True)
class SavePolicy:
    """`max_bytes` an asset may have, and how long leases and URLs are good for."""

    sources: AllowedSources
    max_bytes: int = 512 * 1024 * 1024
    lease: timedelta = timedelta(seconds=120)
    url_ttl: timedelta = timedelta(minutes=15)
    clean_up: bool = True


@attrs.frozen(kw_only=True)
class SavedAudio:
    """A ready asset, a fresh URL to it, and whether an earlier call had saved it."""

    asset: AudioAsset
    url: PresignedUrl
    replayed: bool = False


@attrs.frozen(kw_only=True)
class SaveAudioToLibrary:
    """Copies a temp file into the tenant's library; sent again, it answers with the same asset."""

    source: AudioSource
    store: ObjectStore
    repo: MetadataRepo
    inspector: AudioInspector
    policy: SavePolicy
    now: Callable[[], datetime]
    new_asset_id: Callable[[], AssetId]
    new_fence: Callable[[], str]
    quota: EnforceQuota | NoQuota = attrs.field(factory=NoQuota)
    defer: Defer = call_at_once

    async def __call__(self, command: SaveAudio) -> SavedAudio:
        """Raises: ForbiddenSourceError, NotAudioError, AudioTooLargeError, SourceNotFoundError,
        IdempotencyConflictError, IdempotencyInProgressError, QuotaExceededError, LeaseLostError, or
        an UnavailableError; after CommitUnknownError the asset may be there, after any other
        nothing is left of it."""
        temp_file = command.temp_file(self.policy.sources)
        storage = Storage(
            bucket=self.store.bucket, original=temp_file, original_url=command.audio_url
        )
        intent = self._intent(command, command.idempotency(temp_file), storage)
        return await self._save(
            intent,
            self.source.open(temp_file),
            duration=command.duration,
            cleans_up=self.policy.clean_up,
        )

    async def save_recording(
        self, command: SaveRecording, open_audio: Callable[[], Opening]
    ) -> SavedAudio:
        """Save what `open_audio` gives, under the same checks and protocol as a temp file.

        With an idempotency key it is read once more, first, for its digest. Raises: as a call.
        """
        sha256 = "" if command.idempotency_key is None else await _digest(open_audio())
        storage = Storage(bucket=self.store.bucket)
        intent = self._intent(command, command.idempotency(sha256), storage)
        return await self._save(intent, open_audio(), duration=command.duration, cleans_up=False)

    async def _save(
        self, intent: AudioAsset, opening: Opening, *, duration: float | None, cleans_up: bool
    ) -> SavedAudio:
        holder = await retry_if_unknown(lambda: self.repo.begin(intent.tenant, intent))
        if holder.id != intent.id and await self._takes_over(holder, intent):
            holder = await retry_if_unknown(lambda: self.repo.begin(intent.tenant, intent))
        if holder.id != intent.id:
            return await self._replay(holder, intent)
        try:
            ready, url = await self._copy(intent, opening, duration, cleans_up=cleans_up)
        except StorageUnavailableError:
            # The client is not to wait once more for a store that does not answer.
            await self._call_off(intent, self.defer)
            raise
        except BaseException:
            await self._call_off(intent)
            raise
        return await self._commit(ready, url)

    async def _takes_over(self, holder: AudioAsset, intent: AudioAsset) -> bool:
        """Free the key of a save that has stopped, as the recoverer would: it may be repeated."""
        is_same = holder.attempt.fingerprint == intent.attempt.fingerprint
        has_stopped = holder.state is AssetState.PENDING and holder.attempt.is_expired(self.now())
        return (
            is_same
            and has_stopped
            and await retry_if_unknown(
                lambda: self.repo.abort(holder.tenant, holder.aborted(now=self.now()))
            )
        )

    def _intent(
        self,
        command: SaveAudio | SaveRecording,
        idempotency: Idempotency | None,
        storage: Storage,
    ) -> AudioAsset:
        now = self.now()
        return AudioAsset(
            id=self.new_asset_id(),
            tenant=command.tenant,
            state=AssetState.PENDING,
            metadata=command.metadata,
            storage=storage,
            attempt=SaveAttempt(
                fence=self.new_fence(),
                lease_until=now + self.policy.lease,
                idempotency=idempotency,
            ),
            created_at=now,
            updated_at=now,
        )

    async def _copy(
        self, intent: AudioAsset, opening: Opening, duration: float | None, *, cleans_up: bool
    ) -> tuple[AudioAsset, PresignedUrl]:
        lease = Lease(
            repo=self.repo,
            intent=intent,
            now=self.now,
            term=self.policy.lease,
            renewed_at=intent.created_at,
        )
        await self.quota.reserve(intent.tenant, intent.id, 0)  # before anything is fetched
        async with opening as audio:
            await self.quota.reserve(intent.tenant, intent.id, audio.size or 0)
            head, chunks = await peek(audio.chunks, SNIFF_BYTES)
            inspection = self.inspector.begin(head)
            audio_format = inspection.format
            watched = IngestStream(
                chunks=chunks,
                inspection=inspection,
                declared_size=audio.size,
                max_bytes=self.policy.max_bytes,
                keep_lease=lease.keep,
            )
            content = HashedStream(aiter(watched))
            key = intent.key_prefix.key(audio_format.extension)
            stored = await self.store.put(
                key,
                content,
                content_type=audio_format.content_type,
                attributes=encode_manifest(intent, duration),
            )
        facts = _verify(stored, content, watched.facts)
        if stored.size != audio.size:
            await self.quota.reserve(intent.tenant, intent.id, stored.size)
        url = await self.store.presign(
            stored.key,
            expires_in=self.policy.url_ttl,
            content_type=stored.content_type,
            filename=f"{intent.metadata.title}.{key.extension}",
        )
        now = self.now()
        ready = intent.committed(
            stored=stored,
            blocks=content.blocks,
            facts=facts,
            duration=duration if facts.duration is None else facts.duration,
            url=url,
            cleanup=(
                Cleanup.due(now, audio.etag)
                if cleans_up
                else Cleanup(state=CleanupState.SKIPPED, since=now)
            ),
            now=now,
        )
        return ready, url

    async def _commit(self, ready: AudioAsset, url: PresignedUrl) -> SavedAudio:
        try:
            committed = await retry_if_unknown(lambda: self.repo.commit(ready.tenant, ready))
        except MetadataUnavailableError as unknown:
            raise CommitUnknownError from unknown
        except InsufficientStorageError:
            await self._call_off(ready)
            raise
        if not committed:
            await self._call_off(ready)
            raise LeaseLostError
        await self._settle(ready)
        return SavedAudio(asset=ready, url=url)

    async def _settle(self, ready: AudioAsset) -> None:
        # Where this fails, the reservation counts as much, and is settled later.
        try:
            await self.quota.keep(ready)
        except UnavailableError:
            pass

    async def _replay(self, holder: AudioAsset, intent: AudioAsset) -> SavedAudio:
        if holder.attempt.fingerprint != intent.attempt.fingerprint:
            raise IdempotencyConflictError
        if holder.state is AssetState.PENDING:
            raise IdempotencyInProgressError
        url = await self.store.presign(
            holder.key,
            expires_in=self.policy.url_ttl,
            content_type=holder.content_type or "application/octet-stream",
            filename=holder.filename,
        )
        return SavedAudio(asset=holder, url=url, replayed=True)

    async def _call_off(self, intent: AudioAsset, defer: Defer = call_at_once) -> None:
        async def sweep() -> None:
            try:
                await self.store.sweep(intent.key_prefix)
            except UnavailableError:
                pass

        # Where this fails the intent's lease runs out, and the recoverer does the same.
        try:
            if await self.repo.abort(intent.tenant, intent.aborted(now=self.now())):
                await self.quota.release(intent.tenant, intent.id)
                await defer(sweep)
        except UnavailableError:
            pass


async def _digest(opening: Opening) -> str:
    digest = hashlib.sha256()
    async with opening as audio:
        async for chunk in audio.chunks:
            digest.update(chunk)
    return digest.hexdigest()


def _verify(
    stored: StoredObject, content: HashedStream, facts: AudioProperties | None
) -> AudioProperties:
    if (stored.size, stored.sha256) != (content.size, content.sha256) or facts is None:
        raise StorageUnavailableError("the store holds other bytes than were sent")
    return facts
