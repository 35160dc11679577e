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


def insert(connection: sqlite3.Connection, asset: AudioAsset) -> None:
    connection.execute(
        "INSERT INTO assets (asset_id, document) VALUES (?, ?)",
        (str(asset.id), _json(to_document(asset))),
    )


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


def get_held(
    connection: sqlite3.Connection,
    tenant: Tenant,
    asset_id: AssetId,
    fence: str,
    state: AssetState = AssetState.PENDING,
) -> AudioAsset | None:
    """The asset, if it is still in this state under this fence."""
    asset = get(connection, asset_id)
    held = asset is not None and asset.tenant == tenant and asset.is_held(state, fence)
    return asset if held else None


def _readable(document: Document) -> AudioAsset | None:
    try:
        return from_document(document)
    except UnreadableDocumentError:
        return None


def _json(document: Document) -> str:
    return json.dumps(document, default=text_of, ensure_ascii=False)
