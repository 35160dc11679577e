"""The watch over a source while its bytes pass into the store, and the lease of the save."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.audio import AudioProperties
from audiolib.domain.model.errors import AudioTooLargeError, LeaseLostError, SourceTruncatedError
from audiolib.ports.audio_inspector import Inspection
from audiolib.ports.metadata_repo import MetadataRepo


@attrs.define(kw_only=True)
class IngestStream:
    """Counts and inspects bytes, and keeps the lease alive, as often as a chunk passes.

    It ends only when the source was whole and is playable, so a store that completes an object
    at the end of the stream completes no bad one. `facts` are known from then on.
    """

    chunks: AsyncIterator[bytes]
    inspection: Inspection
    declared_size: int | None
    max_bytes: int
    keep_lease: Callable[[], Awaitable[None]]
    facts: AudioProperties | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._refuse_above(self.declared_size or 0)
        size = 0
        async for chunk in self.chunks:
            size += len(chunk)
            self._refuse_above(size)
            self.inspection.feed(chunk)
            await self.keep_lease()
            yield chunk
        if self.declared_size is not None and size != self.declared_size:
            raise SourceTruncatedError(f"{size} bytes came, {self.declared_size} were declared")
        self.facts = self.inspection.finish()

    def _refuse_above(self, size: int) -> None:
        if size > self.max_bytes:
            raise AudioTooLargeError(f"the source has more than {self.max_bytes} bytes")


@attrs.define(kw_only=True)
class Lease:
    """Renewed as the copy makes progress: one that stands still runs out."""

    repo: MetadataRepo
    intent: AudioAsset
    now: Callable[[], datetime]
    term: timedelta
    renewed_at: datetime

    async def keep(self) -> None:
        """Renew after a sixth of the term. Raises: LeaseLostError when the save was called off."""
        now = self.now()
        if now - self.renewed_at < self.term / 6:
            return
        intent, until = self.intent, now + self.term
        still_ours = await self.repo.renew_lease(
            intent.tenant, intent.id, fence=intent.attempt.fence, until=until
        )
        if not still_ours:
            raise LeaseLostError
        self.renewed_at = now
