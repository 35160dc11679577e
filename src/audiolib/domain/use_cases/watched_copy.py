"""The watch kept over a source's bytes while they pass into the store."""

from collections.abc import AsyncIterator, Awaitable, Callable

import attrs

from audiolib.domain.model.audio_facts import AudioFacts
from audiolib.domain.model.errors import AudioTooLargeError, SourceTruncatedError
from audiolib.ports.audio_inspector import Inspection


@attrs.define(kw_only=True)
class WatchedCopy:
    """Counts and inspects bytes, and keeps the lease alive, as often as a chunk passes.

    It ends only when the source was whole and is playable, so a store that completes an object
    at the end of the stream completes no bad one. `facts` are known from then on.
    """

    chunks: AsyncIterator[bytes]
    inspection: Inspection
    declared_size: int | None
    max_bytes: int
    keep_lease: Callable[[], Awaitable[None]]
    facts: AudioFacts | None = None

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
