"""Port: where API keys are kept."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from audiolib.domain.model.access import ApiKey


class ApiKeyStore(Protocol):
    """Keeps digests, never tokens. Raises MetadataUnavailableError.

    Every adapter passes `audiolib.testing.contracts.ApiKeyStoreContract`.
    """

    @abstractmethod
    async def add(self, key: ApiKey) -> None:
        """Durable on return. Adding the same key again changes nothing.

        Raises: ConflictError, if another key has this id.
        """

    @abstractmethod
    async def find(self, key_id: str) -> ApiKey | None:
        """The key, whether it still works or not; sees every change that was acknowledged."""

    @abstractmethod
    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        """Revoke the key at `now`; a second call changes nothing.

        Returns: whether there is such a key.
        """

    @abstractmethod
    async def replace_digest(self, key_id: str, *, old: str, new: str) -> bool:
        """Replace the key's digest, if it still is `old`; of racing calls one succeeds.

        Returns: whether it was replaced.
        """

    @abstractmethod
    async def page(self, *, after: str, limit: int) -> Sequence[ApiKey]:
        """Up to `limit` keys of all tenants ascending by id; `after` is the last one's, or ""."""
