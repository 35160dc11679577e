"""Documents of older schemas, and of other programs, brought to the current one."""

from collections.abc import Mapping
from typing import Any

from audiolib.domain.documents.asset_document import (
    Document,
    from_document,
    to_document,
    version_of,
)
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.audit import DocumentVersion, Unreadable
from audiolib.domain.model.errors import UnreadableDocumentError


def decode_or_unreadable(document: Mapping[str, Any]) -> AudioAsset | Unreadable:
    """The asset, or why it can't be read."""
    try:
        return from_document(document)
    except UnreadableDocumentError as unreadable:
        return Unreadable(asset_id=str(document["_id"]), fault=str(unreadable))


def version_of_document(document: Mapping[str, Any]) -> DocumentVersion:
    """The document's version, and whether we read it."""
    read = decode_or_unreadable(document)
    return DocumentVersion(
        asset_id=str(document["_id"]),
        schema_version=version_of(document),
        fault=read.fault if isinstance(read, Unreadable) else None,
    )


def upgrade_document(document: Mapping[str, Any]) -> Document:
    """The document in the current schema; further fields that others put there stay.

    Raises: UnreadableDocumentError.
    """
    return _merge(document, to_document(from_document(document)))


def _merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> Document:
    merged = dict(old)
    for name, value in new.items():
        earlier = old.get(name)
        both = isinstance(earlier, Mapping) and isinstance(value, Mapping)
        merged[name] = _merge(earlier, value) if both else value  # type: ignore[arg-type]
    return merged
