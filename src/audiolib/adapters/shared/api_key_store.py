"""ApiKeyStore over any backend's records."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from audiolib.adapters.shared.record_collection import Record, RecordCollection
from audiolib.domain.documents.api_key_document import api_key_from_document, api_key_to_document
from audiolib.domain.model.access import ApiKey
from audiolib.domain.model.errors import ConflictError, MetadataUnavailableError
from audiolib.ports.api_key_store import ApiKeyStore

_TRIES = 20


@attrs.frozen
class RecordApiKeyStore(ApiKeyStore):
    """Changes a key by comparing and setting its record."""

    records: RecordCollection

    async def add(self, key: ApiKey) -> None:
        first = Record(id=key.id, version=1, body=api_key_to_document(key))
        if not await self.records.put_if_version(first, None) and await self.find(key.id) != key:
            raise ConflictError(f"there is another API key {key.id}")

    async def find(self, key_id: str) -> ApiKey | None:
        found = await self.records.get(key_id)
        return None if found is None else _key(found)

    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        def revoked(key: ApiKey) -> ApiKey:
            return key if key.revoked_at is not None else attrs.evolve(key, revoked_at=now)

        return await self._change(key_id, revoked) is not None

    async def replace_digest(self, key_id: str, *, old: str, new: str) -> bool:
        def replaced(key: ApiKey) -> ApiKey:
            return attrs.evolve(key, digest=new) if key.digest == old else key

        before = await self._change(key_id, replaced)
        return before is not None and before.digest == old

    async def page(self, *, after: str, limit: int) -> Sequence[ApiKey]:
        return [_key(record) for record in await self.records.scan(after=after, limit=limit)]

    async def _change(self, key_id: str, change: Callable[[ApiKey], ApiKey]) -> ApiKey | None:
        """Return the key as it was before the change; None for an unknown id."""
        for _ in range(_TRIES):
            found = await self.records.get(key_id)
            if found is None:
                return None
            before = _key(found)
            after = change(before)
            changed = Record(id=key_id, version=found.version + 1, body=api_key_to_document(after))
            if after == before or await self.records.put_if_version(changed, found.version):
                return before
        raise MetadataUnavailableError(f"the API key {key_id} is being changed by others")


def _key(record: Record) -> ApiKey:
    return api_key_from_document(record.id, record.body)
