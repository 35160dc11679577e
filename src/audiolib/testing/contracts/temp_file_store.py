"""The contract of the port TempFileStore."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from audiolib.domain.model.errors import (
    TempFileNotFoundError,
    VersionConflictError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.ports.temp_file_store import TempFileStore
from audiolib.testing.contracts.samples import gather, payload, pieces

NAME, OTHER = TempName("audio_1.wav"), TempName("audio_2.mp3")
DATA = payload(300_000)


class BrokenError(Exception):
    """Raised by a stream half-way."""


@pytest.mark.asyncio
class TempFileStoreContract:
    """Override the fixture `temp_files`: an empty store."""

    @pytest.fixture
    def temp_files(self) -> TempFileStore:
        raise NotImplementedError("override the fixture `temp_files`: an empty store")

    @pytest.mark.parametrize("size", [1, 7, 65_536, 300_000])
    async def test_chunks_are_stored_in_order(self, temp_files: TempFileStore, size: int) -> None:
        stored = await temp_files.put(NAME, _stream(DATA, size))
        assert (stored.name, stored.size) == (NAME, len(DATA))
        assert await temp_files.find(NAME) == stored
        assert await _read(temp_files, NAME) == DATA

    async def test_an_empty_file_is_a_file(self, temp_files: TempFileStore) -> None:
        assert (await temp_files.put(NAME, _stream(b"", 1))).size == 0
        assert await _read(temp_files, NAME) == b""

    async def test_header_is_given_the_final_size(self, temp_files: TempFileStore) -> None:
        stored = await temp_files.put(
            NAME, _stream(DATA, 1000), header=lambda size: size.to_bytes(8, "big")
        )
        assert stored.size == len(DATA) + 8
        assert await _read(temp_files, NAME) == len(DATA).to_bytes(8, "big") + DATA

    @pytest.mark.parametrize(
        ("part", "expected"),
        [
            (ByteRange(0, 0), DATA[:1]),
            (ByteRange(5, 9), DATA[5:10]),
            (ByteRange(299_999, None), DATA[-1:]),
            (ByteRange(None, 3), DATA[-3:]),
            (ByteRange(0, 999_999), DATA),
        ],
    )
    async def test_a_part_is_read(
        self, temp_files: TempFileStore, part: ByteRange, expected: bytes
    ) -> None:
        await temp_files.put(NAME, _stream(DATA, 1000))
        async with temp_files.open(NAME) as opened:
            cut = part.within(opened.size)
            assert (opened.size, cut.length) == (len(DATA), len(expected))
            assert b"".join([chunk async for chunk in opened.read(cut)]) == expected

    async def test_an_opened_file_is_one_content(self, temp_files: TempFileStore) -> None:
        first = await temp_files.put(NAME, _stream(DATA, 1000))
        async with temp_files.open(NAME) as opened:
            await temp_files.put(NAME, _stream(b"another", 9))
            assert (opened.size, opened.etag) == (first.size, first.etag)
            whole = Slice(start=0, stop=opened.size)
            assert b"".join([chunk async for chunk in opened.read(whole)]) == DATA
        assert await _read(temp_files, NAME) == b"another"

    async def test_of_writers_of_one_name_each_writes_its_own(
        self, temp_files: TempFileStore
    ) -> None:
        contents = [bytes([number]) * (50_000 + number) for number in range(8)]
        await gather(temp_files.put(NAME, _stream(data, 5_000)) for data in contents)
        assert await _read(temp_files, NAME) in contents
        assert await temp_files.size() in map(len, contents)

    async def test_of_a_cancelled_put_nothing_stays(self, temp_files: TempFileStore) -> None:
        for steps in range(12):
            putting = asyncio.create_task(temp_files.put(NAME, _stream(DATA, 1000)))
            for _ in range(steps):
                await asyncio.sleep(0)
            putting.cancel()
            done = await asyncio.gather(putting, return_exceptions=True)
            if isinstance(done[0], BaseException):
                assert await temp_files.find(NAME) is None
                assert await temp_files.size() == 0
                assert await temp_files.sweep(older_than=timedelta(hours=-1)) == 0
            await temp_files.delete(NAME, etag=None)

    async def test_a_missing_file_is_not_found(self, temp_files: TempFileStore) -> None:
        await temp_files.put(OTHER, _stream(DATA, 1000))
        assert await temp_files.find(NAME) is None
        with pytest.raises(TempFileNotFoundError):
            async with temp_files.open(NAME):
                raise AssertionError("it was opened")
        assert not await temp_files.delete(NAME, etag=None)

    async def test_of_a_broken_stream_nothing_stays(self, temp_files: TempFileStore) -> None:
        with pytest.raises(BrokenError):
            await temp_files.put(NAME, _stream(DATA, 1000, breaks=True))
        assert await temp_files.find(NAME) is None
        assert await temp_files.size() == 0

    async def test_a_file_appears_when_it_is_complete(self, temp_files: TempFileStore) -> None:
        async def watched() -> AsyncIterator[bytes]:
            for chunk in pieces(DATA, 100_000):
                assert await temp_files.find(NAME) is None
                yield chunk

        await temp_files.put(NAME, watched())
        assert await _read(temp_files, NAME) == DATA

    async def test_files_are_written_at_once(self, temp_files: TempFileStore) -> None:
        names = [TempName(f"audio_{number}.wav") for number in range(8)]
        await gather(
            temp_files.put(name, _stream(DATA[: 1000 * n + 1], 99)) for n, name in enumerate(names)
        )
        for number, name in enumerate(names):
            assert await _read(temp_files, name) == DATA[: 1000 * number + 1]
        assert await temp_files.size() == sum(1000 * number + 1 for number in range(8))

    async def test_a_file_is_deleted_once(self, temp_files: TempFileStore) -> None:
        await temp_files.put(NAME, _stream(DATA, 1000))
        await temp_files.put(OTHER, _stream(b"other", 9))
        assert await temp_files.delete(NAME, etag=None)
        assert not await temp_files.delete(NAME, etag=None)
        assert await temp_files.find(NAME) is None
        assert await _read(temp_files, OTHER) == b"other"

    async def test_only_the_file_of_the_etag_is_deleted(self, temp_files: TempFileStore) -> None:
        first = await temp_files.put(NAME, _stream(DATA, 1000))
        second = await temp_files.put(NAME, _stream(b"another", 9))
        assert first.etag != second.etag
        assert first.etag[0] == first.etag[-1] == '"'
        with pytest.raises(VersionConflictError):
            await temp_files.delete(NAME, etag=first.etag)
        assert await _read(temp_files, NAME) == b"another"
        assert await temp_files.delete(NAME, etag=second.etag)
        assert not await temp_files.delete(NAME, etag=second.etag)

    async def test_the_young_are_not_swept(self, temp_files: TempFileStore) -> None:
        assert await temp_files.sweep(older_than=timedelta(hours=1)) == 0
        await temp_files.put(NAME, _stream(DATA, 1000))
        assert await temp_files.sweep(older_than=timedelta(hours=1)) == 0
        assert await _read(temp_files, NAME) == DATA

    async def test_the_old_are_swept(self, temp_files: TempFileStore) -> None:
        await temp_files.put(NAME, _stream(DATA, 1000))
        await temp_files.put(OTHER, _stream(DATA, 1000))
        # Whoever is older than an hour from now on, as every file is.
        assert await temp_files.sweep(older_than=timedelta(hours=-1)) == 2
        assert await temp_files.find(NAME) is None
        assert await temp_files.size() == 0


async def _stream(data: bytes, size: int, *, breaks: bool = False) -> AsyncIterator[bytes]:
    for chunk in pieces(data, size):
        yield chunk
    if breaks:
        raise BrokenError


async def _read(temp_files: TempFileStore, name: TempName) -> bytes:
    async with temp_files.open(name) as opened:
        whole = Slice(start=0, stop=opened.size)
        return b"".join([chunk async for chunk in opened.read(whole)])
