"""Bytes that are not what was saved are an error, for every kind of difference."""

import pytest

from audiolib import ByteRange, Tenant
from audiolib.domain.model.errors import AssetCorruptError
from audiolib.testing import in_memory_library, wav

ANN = Tenant(customer_id="acme", user_id="ann")
DATA = wav(40)  # of more than two blocks


@pytest.mark.parametrize("part", [None, ByteRange(0, 9), ByteRange(None, 9)], ids=str)
@pytest.mark.parametrize("kept", [DATA[:-1], DATA + b"x", DATA[: 256 * 1024], b""], ids=len)
async def test_an_object_of_another_size_is_corrupt(kept: bytes, part: ByteRange | None) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(DATA, tenant=ANN)).asset
    library.world.objects.overwrite(saved.key, kept)
    with pytest.raises(AssetCorruptError):
        async with library.open_audio(ANN, saved.id, part) as opened:
            _ = [chunk async for chunk in opened.chunks]


@pytest.mark.parametrize("part", [None, ByteRange(0, 300_000), ByteRange(300_000, None)], ids=str)
async def test_a_stream_that_ends_early_is_corrupt(part: ByteRange | None) -> None:
    """The store said one size and gave less."""
    library = in_memory_library()
    saved = (await library.save_bytes(DATA, tenant=ANN)).asset
    library.faults.truncate("store.open", keep=1000)
    with pytest.raises(AssetCorruptError):
        async with library.open_audio(ANN, saved.id, part) as opened:
            _ = [chunk async for chunk in opened.chunks]


@pytest.mark.parametrize("at", [0, 44, 262_143, 262_144, 300_000, len(DATA) - 1])
async def test_any_changed_byte_is_corrupt(at: int) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(DATA, tenant=ANN)).asset
    changed = bytearray(DATA)
    changed[at] ^= 1
    library.world.objects.overwrite(saved.key, bytes(changed))
    for part in (None, ByteRange(at, at)):
        with pytest.raises(AssetCorruptError):
            async with library.open_audio(ANN, saved.id, part) as opened:
                _ = [chunk async for chunk in opened.chunks]
