"""The schema of documents on SQLite."""

import sqlite3
from collections.abc import Sequence

import attrs

from audiolib.adapters.sqlite import documents
from audiolib.adapters.sqlite.database import SqliteDatabase
from audiolib.domain.documents.asset_document import SCHEMA_VERSION, version_of
from audiolib.domain.documents.schema_upgrade import upgrade_document, version_of_document
from audiolib.domain.model.audit import DocumentVersion
from audiolib.ports.document_schema import DocumentSchema


@attrs.frozen
class SqliteDocumentSchema(DocumentSchema):
    """Reads and rewrites a document in one unit of work."""

    database: SqliteDatabase

    async def survey(self, *, after: str, limit: int) -> Sequence[DocumentVersion]:
        where = "asset_id > ? ORDER BY asset_id LIMIT ?"
        found = await self.database.read(lambda c: list(documents.rows(c, where, [after, limit])))
        return [version_of_document(document) for document in found]

    async def upgrade(self, asset_id: str) -> bool:
        def upgrade(connection: sqlite3.Connection) -> bool:
            document = next(documents.rows(connection, "asset_id = ?", [asset_id]), None)
            if document is not None and version_of(document) != SCHEMA_VERSION:
                documents.rewrite(connection, asset_id, upgrade_document(document))
            return document is not None

        return await self.database.write(upgrade)

    async def missing_indexes(self) -> Sequence[str]:
        """All are built when the database is opened."""
        return []

    async def build_index(self, name: str) -> None:
        """Do nothing: no index is ever missing."""
