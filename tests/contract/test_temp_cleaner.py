"""Every adapter keeps the contract of the port TempCleaner."""

import pytest

from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing.contracts import TempCleanerContract
from audiolib.testing.contracts.audio_source import Publish
from audiolib.testing.contracts.temp_cleaner import EtagOf, Exists
from tests.contract.temp_files import Generator


class TestTempCleaner(TempCleanerContract):
    @pytest.fixture
    def cleaner(self, generator: Generator) -> TempCleaner:
        return generator.cleaner

    @pytest.fixture
    def publish(self, generator: Generator) -> Publish:
        return generator.publish

    @pytest.fixture
    def exists(self, generator: Generator) -> Exists:
        return generator.exists

    @pytest.fixture
    def etag_of(self, generator: Generator) -> EtagOf:
        return generator.etag_of
