"""API keys in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.errors import ConflictError
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.api_key_store import ApiKeyStore


@attrs.frozen
class MongoApiKeyStore(ApiKeyStore):
    """The collection `api_keys`, with the same durability as the assets."""

    assets: MongoAssets

    @property
    def _keys(self) -> Any:
        return self.assets.beside("api_keys")

    async def add(self, key: ApiKey) -> None:
        with translate_errors():
            try:
                await self._keys.insert_one(_document(key))
            except DuplicateKeyError as taken:
                if await self.find(key.id) != key:
                    raise ConflictError(f"there is another API key {key.id}") from taken

    async def find(self, key_id: str) -> ApiKey | None:
        with translate_errors():
            found = await self._keys.find_one({"_id": key_id})
        return None if found is None else _key(found)

    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        with translate_errors():
            await self._keys.update_one(
                {"_id": key_id, "revoked_at": None}, {"$set": {"revoked_at": now}}
            )
        return await self.find(key_id) is not None

    async def replace_digest(self, key_id: str, *, old: str, new: str) -> bool:
        with translate_errors():
            result = await self._keys.update_one(
                {"_id": key_id, "digest": old}, {"$set": {"digest": new}}
            )
        return bool(result.matched_count)

    async def page(self, *, after: str, limit: int) -> Sequence[ApiKey]:
        with translate_errors():
            cursor = self._keys.find({"_id": {"$gt": after}}).sort("_id", ASCENDING).limit(limit)
            return [_key(document) for document in await cursor.to_list(limit)]


def _document(key: ApiKey) -> dict[str, Any]:
    return {
        "_id": key.id,
        "customer_id": key.tenant.customer_id,
        "user_id": key.tenant.user_id,
        "scope": key.scope.value,
        "digest": key.digest,
        "label": key.label,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _key(document: dict[str, Any]) -> ApiKey:
    return ApiKey(
        id=document["_id"],
        tenant=Tenant(customer_id=document["customer_id"], user_id=document["user_id"]),
        scope=Scope(document["scope"]),
        digest=document["digest"],
        label=document["label"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        revoked_at=document["revoked_at"],
    )
