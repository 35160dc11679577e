"""The schema of documents on MongoDB."""

from collections.abc import Sequence

import attrs
from pymongo import ASCENDING

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.adapters.mongo.indexes import build_index, find_missing_indexes
from audiolib.domain.documents.asset_document import SCHEMA_VERSION, version_of
from audiolib.domain.documents.schema_upgrade import upgrade_document, version_of_document
from audiolib.domain.model.audit import DocumentVersion
from audiolib.ports.document_schema import DocumentSchema

_CHANGING = ("state", "fence", "lease_until", "version", "updated_at", "cleanup")


@attrs.frozen
class MongoDocumentSchema(DocumentSchema):
    """A document is replaced only while all that ever changes in it is as it was read."""

    assets: MongoAssets

    async def survey(self, *, after: str, limit: int) -> Sequence[DocumentVersion]:
        found = await self.assets.documents(
            {"_id": {"$gt": after}}, sort=[("_id", ASCENDING)], limit=limit
        )
        return [version_of_document(document) for document in found]

    async def upgrade(self, asset_id: str) -> bool:
        found = await self.assets.documents({"_id": asset_id}, sort=[("_id", ASCENDING)], limit=1)
        if not found or version_of(found[0]) == SCHEMA_VERSION:
            return bool(found)
        document = found[0]
        # Other programs change other fields than we do. A filter by None matches what is missing.
        unchanged = dict.fromkeys(_CHANGING) | document
        with translate_errors():
            answer = await self.assets.collection.replace_one(unchanged, upgrade_document(document))
        return bool(answer.matched_count)

    async def missing_indexes(self) -> Sequence[str]:
        return await find_missing_indexes(self.assets)

    async def build_index(self, name: str) -> None:
        await build_index(self.assets, name)
