"""Every adapter keeps the contract of the port DocumentSchema."""

import pytest

from audiolib.ports.document_schema import DocumentSchema
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import DocumentSchemaContract, RawDocuments
from tests.contract.conftest import MetadataStore


class TestDocumentSchema(DocumentSchemaContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        return metadata.repo

    @pytest.fixture
    def schema(self, metadata: MetadataStore) -> DocumentSchema:
        return metadata.schema

    @pytest.fixture
    def raw(self, metadata: MetadataStore) -> RawDocuments:
        return metadata.raw
