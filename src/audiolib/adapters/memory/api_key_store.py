"""API keys in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.domain.model.access import ApiKey
from audiolib.domain.model.errors import ConflictError
from audiolib.ports.api_key_store import ApiKeyStore


@attrs.frozen
class MemoryApiKeyStore(ApiKeyStore):
    """A dictionary."""

    keys: dict[str, ApiKey] = attrs.field(factory=dict)

    async def add(self, key: ApiKey) -> None:
        if self.keys.setdefault(key.id, key) != key:
            raise ConflictError(f"there is another API key {key.id}")

    async def find(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)

    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        key = self.keys.get(key_id)
        if key is not None and key.revoked_at is None:
            self.keys[key_id] = attrs.evolve(key, revoked_at=now)
        return key is not None

    async def replace_digest(self, key_id: str, *, old: str, new: str) -> bool:
        key = self.keys.get(key_id)
        if key is None or key.digest != old:
            return False
        self.keys[key_id] = attrs.evolve(key, digest=new)
        return True

    async def page(self, *, after: str, limit: int) -> Sequence[ApiKey]:
        return [self.keys[key_id] for key_id in sorted(self.keys) if key_id > after][:limit]
