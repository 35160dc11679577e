"""The schema of documents in memory."""

from collections.abc import Sequence

from audiolib.adapters.memory.assets import MemoryAssets
from audiolib.domain.documents.asset_document import SCHEMA_VERSION, version_of
from audiolib.domain.documents.schema_upgrade import upgrade_document, version_of_document
from audiolib.domain.model.audit import DocumentVersion
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.document_schema import DocumentSchema


class MemoryDocumentSchema(DocumentSchema):
    """Each call runs without a pause, so it is atomic."""

    def __init__(self, assets: MemoryAssets) -> None:
        self._assets = assets

    async def survey(self, *, after: str, limit: int) -> Sequence[DocumentVersion]:
        documents = sorted(self._assets.documents.values(), key=lambda d: str(d["_id"]))
        return [version_of_document(d) for d in documents if str(d["_id"]) > after][:limit]

    async def upgrade(self, asset_id: str) -> bool:
        document = self._assets.documents.get(AssetId(asset_id))
        if document is None:
            return False
        if version_of(document) != SCHEMA_VERSION:
            self._assets.documents[AssetId(asset_id)] = upgrade_document(document)
        return True

    async def missing_indexes(self) -> Sequence[str]:
        """Memory has no indexes."""
        return []

    async def build_index(self, name: str) -> None:
        """Do nothing: no index is ever missing."""
