"""A tenant's usage as a document: one shape for MongoDB and SQLite."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.quota import Reservation, TenantUsage, Usage
from audiolib.domain.model.tenant import Tenant


def usage_to_document(tenant: Tenant, usage: TenantUsage) -> dict[str, Any]:
    """Times stay datetimes; a store without them writes them down in ISO 8601."""
    return {
        "customer_id": tenant.customer_id,
        "user_id": tenant.user_id,
        "oldest": usage.oldest,
        "kept": {"objects": usage.kept.objects, "size": usage.kept.size},
        "reserved": [
            {"asset_id": str(asset_id), "size": room.size, "since": room.since}
            for asset_id, room in usage.reserved.items()
        ],
    }


def usage_from_document(version: int, document: Mapping[str, Any]) -> TenantUsage:
    """Return the usage that `usage_to_document` was given."""
    return TenantUsage(
        version=version,
        kept=Usage(objects=document["kept"]["objects"], size=document["kept"]["size"]),
        reserved={
            AssetId(room["asset_id"]): Reservation(size=room["size"], since=_time(room["since"]))
            for room in document["reserved"]
        },
    )


def _time(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)
