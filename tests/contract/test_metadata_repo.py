"""Every adapter keeps the contract of the port MetadataRepo."""

import pytest

from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import MetadataRepoContract
from tests.contract.conftest import MetadataStore


class TestMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        return metadata.repo
