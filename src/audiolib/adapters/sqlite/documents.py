"""Documents in and out of their table."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.document import from_document, to_document
from audiolib.domain.model.naming import AssetId
from audiolib.domain.model.tenant import Tenant


def text_of(moment: datetime) -> str:
    """A time whose text sorts as the time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def insert(connection: sqlite3.Connection, asset: AudioAsset) -> None:
    connection.execute(
        "INSERT INTO assets (asset_id, document) VALUES (?, ?)", (str(asset.id), _json(asset))
    )


def replace(connection: sqlite3.Connection, asset: AudioAsset) -> None:
    connection.execute(
        "UPDATE assets SET document = ? WHERE asset_id = ?", (_json(asset), str(asset.id))
    )


def find(connection: sqlite3.Connection, where: str, parameters: Sequence[Any]) -> list[AudioAsset]:
    """`where` is SQL of ours, never of a caller's; values go in as parameters."""
    rows = connection.execute(f"SELECT document FROM assets WHERE {where}", parameters)  # noqa: S608
    return [from_document(json.loads(row[0])) for row in rows]


def get(connection: sqlite3.Connection, asset_id: AssetId) -> AudioAsset | None:
    return next(iter(find(connection, "asset_id = ?", [str(asset_id)])), None)


def get_pending(
    connection: sqlite3.Connection, tenant: Tenant, asset_id: AssetId, fence: str
) -> AudioAsset | None:
    """The asset, if it is still pending under this fence."""
    asset = get(connection, asset_id)
    if asset is None or (asset.tenant, asset.fence) != (tenant, fence):
        return None
    return asset if asset.state is AssetState.PENDING else None


def _json(asset: AudioAsset) -> str:
    return json.dumps(to_document(asset), default=text_of, ensure_ascii=False)
