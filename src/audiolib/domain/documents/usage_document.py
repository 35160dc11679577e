"""The tally as a document: one shape for MongoDB and SQLite."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.quota import Reservation, TenantUsage, Usage


def tally_document(tally: TenantUsage) -> dict[str, Any]:
    """Times stay datetimes; a store without them writes them down in ISO 8601."""
    return {
        "version": tally.version,
        "oldest": tally.oldest,
        "kept": {"objects": tally.kept.objects, "size": tally.kept.size},
        "reserved": [
            {"asset_id": str(asset_id), "size": room.size, "since": room.since}
            for asset_id, room in tally.reserved.items()
        ],
    }


def read_tally(document: Mapping[str, Any]) -> TenantUsage:
    return TenantUsage(
        version=document["version"],
        kept=Usage(objects=document["kept"]["objects"], size=document["kept"]["size"]),
        reserved={
            AssetId(room["asset_id"]): Reservation(size=room["size"], since=_time(room["since"]))
            for room in document["reserved"]
        },
    )


def _time(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC)
