"""The adapter keeps the contract of the port AudioInspector, with files of real encoders."""

from collections.abc import Mapping

import pytest

from audiolib.adapters.inspect import StreamInspector
from audiolib.testing.contracts import AudioInspectorContract, AudioSample
from audiolib.testing.contracts.audio_samples import wav_samples
from tests.integration.audio_fixtures import REAL


class TestStreamInspector(AudioInspectorContract):
    @pytest.fixture
    def inspector(self) -> StreamInspector:
        return StreamInspector()

    def samples(self) -> Mapping[str, AudioSample]:
        return {**wav_samples(), **REAL}
