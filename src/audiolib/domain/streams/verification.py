"""Verify bytes before they are used."""

import hashlib
from collections.abc import AsyncIterator

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.checksums import BLOCK, BlockChecksums
from audiolib.domain.model.errors import AssetCorruptError
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.domain.streams.rechunk import rechunk


def whole_blocks(cut: Slice, size: int) -> ByteRange:
    """The range of whole blocks that holds a part of an object of `size` bytes."""
    start = cut.start // BLOCK * BLOCK
    stop = min(-(-cut.stop // BLOCK) * BLOCK, size)
    return ByteRange(start, stop - 1)


async def verify_blocks(
    chunks: AsyncIterator[bytes], blocks: BlockChecksums, cut: Slice
) -> AsyncIterator[bytes]:
    """The part that was asked for, out of its whole blocks; a block is held until it is checked.

    Raises: AssetCorruptError, before any byte of a wrong block is given.
    """
    number = cut.start // BLOCK
    at = number * BLOCK
    async for block in rechunk(chunks, BLOCK):
        if not blocks.matches(number, block):
            raise AssetCorruptError(f"block {number} is not what was saved")
        yield block[max(cut.start - at, 0) : cut.stop - at]
        number += 1
        at += len(block)
    if at < cut.stop:
        raise AssetCorruptError(f"the object ends after {at} bytes")


async def verify_digest(chunks: AsyncIterator[bytes], asset: AudioAsset) -> AsyncIterator[bytes]:
    """A whole object without block checksums: its end is held until the digest is checked.

    Raises: AssetCorruptError, so that wrong bytes never look complete.
    """
    digest = hashlib.sha256()
    last = b""
    async for chunk in chunks:
        if last:
            yield last
        digest.update(chunk)
        last = chunk
    if digest.hexdigest() != asset.sha256:
        raise AssetCorruptError("the bytes are not what was saved")
    yield last
