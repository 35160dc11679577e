"""Every adapter keeps the contract of the port UsageStore."""

import pytest

from audiolib.adapters.shared.usage_store import RecordUsageStore
from audiolib.ports.usage_store import UsageStore
from audiolib.testing.contracts import UsageStoreContract
from tests.contract.conftest import MetadataStore


class TestUsageStore(UsageStoreContract):
    @pytest.fixture
    def usages(self, metadata: MetadataStore) -> UsageStore:
        return RecordUsageStore(metadata.records("usage", "oldest"))
