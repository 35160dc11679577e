"""Every adapter keeps the contract of the port Inventory."""

import pytest

from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import InventoryContract, RawDocuments
from tests.contract.conftest import MetadataStore


class TestInventory(InventoryContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        return metadata.repo

    @pytest.fixture
    def inventory(self, metadata: MetadataStore) -> Inventory:
        return metadata.inventory

    @pytest.fixture
    def raw(self, metadata: MetadataStore) -> RawDocuments:
        return metadata.raw
