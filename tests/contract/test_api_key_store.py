"""Every adapter keeps the contract of the port ApiKeyStore."""

import pytest

from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.ports.api_key_store import ApiKeyStore
from audiolib.testing.contracts import ApiKeyStoreContract
from tests.contract.conftest import MetadataStore


class TestApiKeyStore(ApiKeyStoreContract):
    @pytest.fixture
    def keys(self, metadata: MetadataStore) -> ApiKeyStore:
        return RecordApiKeyStore(metadata.records("api_keys", ""))
