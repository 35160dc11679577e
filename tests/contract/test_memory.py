"""The fakes keep every port's contract."""

import pytest

from audiolib.adapters.memory import (
    MemoryAudioSource,
    MemoryTempCleaner,
    MemoryTempFiles,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.testing.contracts import (
    AudioSourceContract,
    TempCleanerContract,
)


@pytest.fixture
def temp_files():
    return MemoryTempFiles()


@pytest.fixture
def publish(temp_files):
    async def publish(name: str, data: bytes) -> TempFile:
        temp_file = TempFile(base="http://generator.test", name=TempName(name))
        temp_files.files[temp_file] = data
        return temp_file

    return publish


class TestMemoryAudioSource(AudioSourceContract):
    @pytest.fixture
    def source(self, temp_files):
        return MemoryAudioSource(temp_files)

    @pytest.fixture
    def publish(self, publish):
        return publish


class TestMemoryTempCleaner(TempCleanerContract):
    @pytest.fixture
    def cleaner(self, temp_files):
        return MemoryTempCleaner(temp_files)

    @pytest.fixture
    def publish(self, publish):
        return publish

    @pytest.fixture
    def exists(self, temp_files):
        async def exists(temp_file: TempFile) -> bool:
            return temp_file in temp_files.files

        return exists

    @pytest.fixture
    def etag_of(self, temp_files):
        async def etag_of(temp_file: TempFile) -> str:
            return temp_files.etag(temp_file)

        return etag_of
