"""Every adapter keeps the contract of the port AudioSource."""

import pytest

from audiolib.ports.audio_source import AudioSource
from audiolib.testing.contracts import AudioSourceContract
from audiolib.testing.contracts.audio_source import Publish
from tests.contract.temp_files import Generator


class TestAudioSource(AudioSourceContract):
    @pytest.fixture
    def source(self, generator: Generator) -> AudioSource:
        return generator.source

    @pytest.fixture
    def publish(self, generator: Generator) -> Publish:
        return generator.publish
