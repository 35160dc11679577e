"""Time and chance, as this process has them."""

import secrets
from datetime import UTC, datetime

from audiolib.domain.model.identifiers import AssetId


def utc_now() -> datetime:
    """The present in UTC, whole milliseconds: MongoDB keeps no finer ones."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def new_token() -> str:
    """Return 128 random bits in hex: a fence, or the name of an upload."""
    return secrets.token_hex(16)


def new_asset_id() -> AssetId:
    """Return the id of an asset that begins now."""
    return AssetId.new(utc_now(), secrets.token_bytes)
