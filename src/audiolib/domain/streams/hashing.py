"""A stream of bytes that is counted and hashed as it passes."""

import hashlib
from collections.abc import AsyncIterator

from audiolib.domain.model.checksums import BlockChecksums, BlockSums


class HashedStream:
    """Iterate it once; `size` (bytes), `sha256` (hex) and `blocks` are of what has passed."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self._blocks = BlockSums()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    @property
    def blocks(self) -> BlockChecksums:
        return self._blocks.checksums

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self._digest.update(chunk)
        self._blocks.update(chunk)
        self.size += len(chunk)
        return chunk
