"""The contract of the port TempCleaner."""

from collections.abc import Awaitable, Callable

import attrs
import pytest

from audiolib.domain.model.errors import CleanupRefusedError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing.contracts.samples import gather

Publish = Callable[[str, bytes], Awaitable[TempFile]]
Exists = Callable[[TempFile], Awaitable[bool]]
EtagOf = Callable[[TempFile], Awaitable[str | None]]


@pytest.mark.asyncio
class TempCleanerContract:
    """Override:

    - the fixture `cleaner`: a temp cleaner;
    - the fixture `publish`: `await publish(name, data)` puts a temp file where `cleaner` deletes;
    - the fixture `exists`: `await exists(temp_file)`;
    - the fixture `etag_of`: `await etag_of(temp_file)`, as an audio source reports it.

    `honours_etags` is False for a cleaner that deletes whatever the etag says.
    """

    honours_etags: bool = True

    @pytest.fixture
    def cleaner(self) -> TempCleaner:
        raise NotImplementedError("override the fixture `cleaner`: a temp cleaner")

    @pytest.fixture
    def publish(self) -> Publish:
        raise NotImplementedError("override `publish`: async (name, data) -> TempFile")

    @pytest.fixture
    def exists(self) -> Exists:
        raise NotImplementedError("override `exists`: async (TempFile) -> bool")

    @pytest.fixture
    def etag_of(self) -> EtagOf:
        raise NotImplementedError("override `etag_of`: async (TempFile) -> str | None")

    async def test_a_temp_file_is_deleted(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists
    ) -> None:
        temp_file = await publish("speech.wav", b"bytes")
        assert await exists(temp_file)
        await cleaner.delete(temp_file, etag=None)
        assert not await exists(temp_file)

    async def test_no_other_file_is_deleted(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists
    ) -> None:
        names = ("speech.wav", "speech.mp3", "speech.wav.wav", "a-speech.wav")
        files = [await publish(name, b"bytes") for name in names]
        await cleaner.delete(files[0], etag=None)
        assert [await exists(temp_file) for temp_file in files] == [False, True, True, True]

    async def test_deleting_again_is_success(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists, etag_of: EtagOf
    ) -> None:
        temp_file = await publish("speech.wav", b"bytes")
        etag = await etag_of(temp_file)
        for _ in range(3):
            await cleaner.delete(temp_file, etag=etag)
        await cleaner.delete(temp_file, etag=None)
        assert not await exists(temp_file)

    async def test_a_file_that_never_was_is_success(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists
    ) -> None:
        there = await publish("there.wav", b"bytes")
        missing = attrs.evolve(there, name=TempName("missing.wav"))
        await cleaner.delete(missing, etag=None)
        await cleaner.delete(missing, etag='"whatever"')
        assert await exists(there)

    async def test_many_delete_one_file_at_once(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists, etag_of: EtagOf
    ) -> None:
        temp_file = await publish("speech.wav", b"bytes")
        etag = await etag_of(temp_file)
        await gather(cleaner.delete(temp_file, etag=etag) for _ in range(8))
        assert not await exists(temp_file)

    async def test_with_its_etag_a_file_is_deleted(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists, etag_of: EtagOf
    ) -> None:
        temp_file = await publish("speech.wav", b"bytes")
        await cleaner.delete(temp_file, etag=await etag_of(temp_file))
        assert not await exists(temp_file)

    async def test_a_newer_file_is_left_alone(
        self, cleaner: TempCleaner, publish: Publish, exists: Exists, etag_of: EtagOf
    ) -> None:
        temp_file = await publish("speech.wav", b"bytes")
        outdated = await etag_of(temp_file)
        await publish("speech.wav", b"newer bytes, and more of them")
        if self.honours_etags:
            with pytest.raises(CleanupRefusedError):
                await cleaner.delete(temp_file, etag=outdated)
            assert await exists(temp_file)
        await cleaner.delete(temp_file, etag=await etag_of(temp_file))
        assert not await exists(temp_file)
