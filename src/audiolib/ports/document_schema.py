"""Port: the schema of stored documents."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from audiolib.domain.model.audit import DocumentVersion


class DocumentSchema(Protocol):
    """Upgrades documents of older schemas, and builds missing indexes.

    Every method raises MetadataUnavailableError.

    Every adapter passes `audiolib.testing.contracts.DocumentSchemaContract`.
    """

    @abstractmethod
    async def survey(self, *, after: str, limit: int) -> Sequence[DocumentVersion]:
        """All documents of all tenants, ascending by asset id; `after` is one, or ""."""

    @abstractmethod
    async def upgrade(self, asset_id: str) -> bool:
        """Rewrite one document in the current schema, unless it changes at the same time.

        Further fields that other programs put there stay. Idempotent.

        Returns: whether it is in the current schema now.
        Raises: UnreadableDocumentError.
        """

    @abstractmethod
    async def missing_indexes(self) -> Sequence[str]:
        """Return the names of indexes that are still to be built."""

    @abstractmethod
    async def build_index(self, name: str) -> None:
        """Build an index, however long it takes; documents can be read and written during it.
        Idempotent."""
