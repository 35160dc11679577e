"""Every adapter keeps the contract of the port CleanupOutbox."""

import pytest

from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import CleanupOutboxContract
from tests.contract.conftest import MetadataStore


class TestCleanupOutbox(CleanupOutboxContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        return metadata.repo

    @pytest.fixture
    def outbox(self, metadata: MetadataStore) -> CleanupOutbox:
        return metadata.outbox
