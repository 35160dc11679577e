"""Documents in and out of their table."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from audiolib.domain.documents.asset_document import Document, from_document, to_document
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant

LISTED = "json_remove(document, '$.block_crc32')"
"""What a page shows: block checksums grow with the audio."""


def text_of(moment: datetime) -> str:
    """A time whose text sorts as the time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


_HELD = """asset_id = ? AND customer_id = ? AND user_id = ? AND state = ?
           AND json_extract(document, '$.fence') = ?"""


def insert(connection: sqlite3.Connection, asset: AudioAsset) -> bool:
    """Insert the asset. Returns: False when its id or its idempotency key is taken."""
    inserted = connection.execute(
        "INSERT OR IGNORE INTO assets (asset_id, document) VALUES (?, ?)",
        (str(asset.id), _json(to_document(asset))),
    )
    return inserted.rowcount > 0


def replace_held(connection: sqlite3.Connection, asset: AudioAsset, state: AssetState) -> bool:
    """Replace the asset of the same id, tenant and fence, if it is in that state."""
    held = _held(asset.tenant, asset.id, asset.attempt.fence, state)
    update = f"UPDATE assets SET document = ? WHERE {_HELD}"  # noqa: S608
    return connection.execute(update, [_json(to_document(asset)), *held]).rowcount > 0


def renew_lease(
    connection: sqlite3.Connection, tenant: Tenant, asset_id: AssetId, fence: str, until: datetime
) -> bool:
    """Give a pending asset another end of its lease."""
    held = _held(tenant, asset_id, fence, AssetState.PENDING)
    lease = "json_set(document, '$.lease_until', ?)"
    update = f"UPDATE assets SET document = {lease} WHERE {_HELD}"  # noqa: S608
    return connection.execute(update, [text_of(until), *held]).rowcount > 0


def _held(tenant: Tenant, asset_id: AssetId, fence: str, state: AssetState) -> list[str]:
    return [str(asset_id), tenant.customer_id, tenant.user_id, state.value, fence]


def replace(connection: sqlite3.Connection, asset: AudioAsset) -> None:
    rewrite(connection, str(asset.id), to_document(asset))


def rewrite(connection: sqlite3.Connection, asset_id: str, document: Document) -> None:
    connection.execute(
        "UPDATE assets SET document = ? WHERE asset_id = ?", (_json(document), asset_id)
    )


def rows(
    connection: sqlite3.Connection, where: str, parameters: Sequence[Any], columns: str = "document"
) -> Iterator[Document]:
    """`where` and `columns` are constant SQL, never a caller's; values are parameters."""
    found = connection.execute(f"SELECT {columns} FROM assets WHERE {where}", parameters)  # noqa: S608
    return (json.loads(row[0]) for row in found)


def find(
    connection: sqlite3.Connection,
    where: str,
    parameters: Sequence[Any],
    limit: int = -1,
    columns: str = "document",
) -> list[AudioAsset]:
    """Those that can be read, so that one that can't holds up no others."""
    assets = (_readable(document) for document in rows(connection, where, parameters, columns))
    readable = (asset for asset in assets if asset is not None)
    return list(readable if limit < 0 else islice(readable, limit))


def get(connection: sqlite3.Connection, asset_id: AssetId) -> AudioAsset | None:
    """Raises: UnreadableDocumentError."""
    found = next(rows(connection, "asset_id = ?", [str(asset_id)]), None)
    return None if found is None else from_document(found)


def _readable(document: Document) -> AudioAsset | None:
    try:
        return from_document(document)
    except UnreadableDocumentError:
        return None


def _json(document: Document) -> str:
    return json.dumps(document, default=text_of, ensure_ascii=False)
