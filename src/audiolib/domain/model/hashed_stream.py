"""A stream of bytes that is counted and hashed as it passes."""

import hashlib
from collections.abc import AsyncIterator


class HashedStream:
    """Iterate it once; `size` (bytes) and `sha256` (hex) tell what has passed so far."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk
