"""MigrateDocuments: brings every document to the current schema."""

from collections.abc import Sequence

import attrs

from audiolib.domain.documents.asset_document import SCHEMA_VERSION
from audiolib.domain.model.audit import Progress
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.ports.document_schema import DocumentSchema

_PAGE = 500


@attrs.frozen(kw_only=True)
class Migrated:
    """How many documents are current, were upgraded, wait for it; and which can't be read."""

    current: int
    upgraded: int
    outdated: int
    unreadable: tuple[str, ...]


@attrs.frozen(kw_only=True)
class MigrateDocuments:
    """May run while the services do: a document that changes is left for the next run."""

    schema: DocumentSchema

    async def __call__(self, progress: Progress, *, check: bool = False) -> Migrated:
        """Upgrade all, or only `check`. Raises: MetadataUnavailableError."""
        current = upgraded = outdated = 0
        unreadable = list[str]()
        after = ""
        while page := await self.schema.survey(after=after, limit=_PAGE):
            for document in page:
                progress.documents += 1
                if document.fault is not None:
                    unreadable.append(f"{document.asset_id}: {document.fault}")
                elif document.schema_version == SCHEMA_VERSION:
                    current += 1
                elif not check and await self._upgrade(document.asset_id):
                    upgraded += 1
                else:
                    outdated += 1
            after = page[-1].asset_id
        return Migrated(
            current=current, upgraded=upgraded, outdated=outdated, unreadable=tuple(unreadable)
        )

    async def missing_indexes(self) -> Sequence[str]:
        """Return the names of indexes to build first. Raises: MetadataUnavailableError."""
        return await self.schema.missing_indexes()

    async def build_index(self, name: str) -> None:
        """Build one, however long it takes. Raises: MetadataUnavailableError."""
        await self.schema.build_index(name)

    async def _upgrade(self, asset_id: str) -> bool:
        try:
            return await self.schema.upgrade(asset_id)
        except UnreadableDocumentError:
            return False
