"""The contract of the port AudioSource."""

import asyncio
from collections.abc import Awaitable, Callable

import attrs
import pytest

from audiolib.domain.model.errors import SourceNotFoundError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.audio_source import AudioSource
from audiolib.testing.contracts.samples import PATIENCE, gather, payload

Publish = Callable[[str, bytes], Awaitable[TempFile]]


@pytest.mark.asyncio
class AudioSourceContract:
    """Override:

    - the fixture `source`: an audio source;
    - the fixture `publish`: `await publish(name, data)` puts a temp file where `source` reads.
    """

    @pytest.fixture
    def source(self) -> AudioSource:
        raise NotImplementedError("override the fixture `source`: an audio source")

    @pytest.fixture
    def publish(self) -> Publish:
        raise NotImplementedError("override `publish`: async (name, data) -> TempFile")

    @pytest.mark.parametrize("size", [0, 1, 100_000, 3 * 1024 * 1024])
    async def test_the_same_bytes_come_and_their_size_if_declared_is_true(
        self, source: AudioSource, publish: Publish, size: int
    ) -> None:
        data = payload(size)
        temp_file = await publish("speech.wav", data)
        async with source.open(temp_file) as opened:
            assert opened.size in (None, size)
            assert b"".join([chunk async for chunk in opened.chunks]) == data

    @pytest.mark.parametrize("name", ["a.mp3", "A-b_c.1.2.flac", "9.opus", "x" * 120 + ".webm"])
    async def test_every_name_that_is_allowed_is_found(
        self, source: AudioSource, publish: Publish, name: str
    ) -> None:
        assert await _read(source, await publish(name, b"bytes")) == b"bytes"

    async def test_names_do_not_meet(self, source: AudioSource, publish: Publish) -> None:
        first, second = await publish("one.wav", b"1"), await publish("one.wav.wav", b"2")
        assert (await _read(source, first), await _read(source, second)) == (b"1", b"2")

    async def test_a_missing_file_is_not_found_on_entry(
        self, source: AudioSource, publish: Publish
    ) -> None:
        there = await publish("there.wav", b"bytes")
        missing = attrs.evolve(there, name=TempName("missing.wav"))
        with pytest.raises(SourceNotFoundError):
            await source.open(missing).__aenter__()

    async def test_reading_changes_nothing(self, source: AudioSource, publish: Publish) -> None:
        data = payload(200_000)
        temp_file = await publish("speech.wav", data)
        async with source.open(temp_file) as first:
            assert b"".join([chunk async for chunk in first.chunks]) == data
        async with source.open(temp_file) as second:
            assert (second.size, second.etag) == (first.size, first.etag)
            assert b"".join([chunk async for chunk in second.chunks]) == data

    async def test_leaving_early_holds_nothing_up(
        self, source: AudioSource, publish: Publish
    ) -> None:
        data = payload(3 * 1024 * 1024)
        temp_file = await publish("speech.wav", data)
        async with asyncio.timeout(PATIENCE):
            for _ in range(30):
                async with source.open(temp_file) as opened:
                    assert data.startswith(await anext(opened.chunks))
                async with source.open(temp_file):
                    pass
        assert await _read(source, temp_file) == data

    async def test_an_error_of_the_reader_passes_on(
        self, source: AudioSource, publish: Publish
    ) -> None:
        temp_file, error = await publish("speech.wav", b"bytes"), RuntimeError("the reader's own")

        async def fail() -> None:
            async with source.open(temp_file) as opened:
                await anext(opened.chunks)
                raise error

        with pytest.raises(RuntimeError) as caught:
            await fail()
        assert caught.value is error

    async def test_many_read_at_once(self, source: AudioSource, publish: Publish) -> None:
        bodies = [payload(150_000, f"file {n}") for n in range(20)]
        files = [await publish(f"{n}.wav", body) for n, body in enumerate(bodies)]
        assert await gather(_read(source, temp_file) for temp_file in files) == bodies


async def _read(source: AudioSource, temp_file: TempFile) -> bytes:
    async with source.open(temp_file) as opened:
        return b"".join([chunk async for chunk in opened.chunks])
