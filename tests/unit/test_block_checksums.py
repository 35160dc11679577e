"""Block checksums are those of zlib, survive the way into a document, and notice every bit."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.checksums import BLOCK, BlockChecksums, BlockSums
from audiolib.testing.contracts.samples import payload, pieces


def summed(chunks: list[bytes]) -> BlockChecksums:
    sums = BlockSums()
    for chunk in chunks:
        sums.update(chunk)
    return sums.checksums


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
@pytest.mark.parametrize("cut", [1_000, BLOCK, 3 * BLOCK])
def test_each_block_has_its_crc(size: int, cut: int) -> None:
    data = payload(size)
    blocks = pieces(data, BLOCK)
    found = summed(pieces(data, cut))
    assert found.values == tuple(zlib.crc32(block) for block in blocks)
    assert all(found.matches(number, block) for number, block in enumerate(blocks))


def test_a_flipped_bit_and_a_block_too_many_are_noticed() -> None:
    data = bytearray(payload(BLOCK))
    checksums = summed([bytes(data)])
    data[77] ^= 8
    assert not checksums.matches(0, bytes(data))
    assert not checksums.matches(1, b"")


@given(st.lists(st.integers(0, 2**32 - 1)).map(tuple))
def test_what_is_encoded_is_decoded(values: tuple[int, ...]) -> None:
    assert BlockChecksums.decoded(BlockChecksums(values).encoded) == BlockChecksums(values)


def test_the_encoding_is_big_endian() -> None:
    assert BlockChecksums((1, 0xFF000000)).encoded == "AAAAAf8AAAA="


@pytest.mark.parametrize("text", ["AAA=", "no base64!", "AAAAAAA"])
def test_what_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        BlockChecksums.decoded(text)
