"""An API key as a document: one shape for MongoDB and SQLite. It has the digest, never the key."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.tenant import Tenant


def api_key_to_document(key: ApiKey) -> dict[str, Any]:
    """Times stay datetimes; a store without them writes them down in ISO 8601."""
    return {
        "customer_id": key.tenant.customer_id,
        "user_id": key.tenant.user_id,
        "scope": key.scope.value,
        "digest": key.digest,
        "label": key.label,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def api_key_from_document(key_id: str, document: Mapping[str, Any]) -> ApiKey:
    """Return the key that `api_key_to_document` was given."""
    created_at, expires_at, revoked_at = (
        _time(document.get(name)) for name in ("created_at", "expires_at", "revoked_at")
    )
    return ApiKey(
        id=key_id,
        tenant=Tenant(customer_id=document["customer_id"], user_id=document["user_id"]),
        scope=Scope(document["scope"]),
        digest=document["digest"],
        label=document["label"],
        created_at=created_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
    )


def _time(value: datetime | str | None) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment and moment.astimezone(UTC)
