"""Every adapter keeps the contract of the port IntentLog."""

import pytest

from audiolib.ports.intent_log import IntentLog
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import IntentLogContract
from tests.contract.conftest import MetadataStore


class TestIntentLog(IntentLogContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        return metadata.repo

    @pytest.fixture
    def intents(self, metadata: MetadataStore) -> IntentLog:
        return metadata.intents
