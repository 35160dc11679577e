"""Pages of a library, newest first, found by cursor and never by skipping."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.identifiers import AssetId

LARGEST_PAGE = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"([0-9]{1,15}):([0-9a-f-]{36})", re.ASCII)


@attrs.frozen(kw_only=True, order=True)
class Position:
    """An asset's place in the order of a library: by creation time, then by id."""

    created_at: datetime
    asset_id: AssetId

    @classmethod
    def of(cls, asset: AudioAsset) -> "Position":
        return cls(created_at=asset.created_at, asset_id=asset.id)

    @property
    def cursor(self) -> str:
        """Opaque to clients: milliseconds since the epoch and the id, base64url."""
        millis = (self.created_at - _EPOCH) // timedelta(milliseconds=1)
        plain = f"{millis}:{self.asset_id}".encode()
        return base64.urlsafe_b64encode(plain).decode().rstrip("=")

    @classmethod
    def at(cls, cursor: str) -> "Position":
        """Raises: InvalidRequestError naming `cursor`."""
        try:
            plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
            found = _PLACE.fullmatch(plain.decode("ascii"))
            if found:
                created_at = _EPOCH + timedelta(milliseconds=int(found[1]))
                return cls(created_at=created_at, asset_id=AssetId(found[2]))
        except (binascii.Error, ValueError, OverflowError):
            pass
        raise InvalidRequestError(FieldError("cursor", "must be a next_cursor of an earlier page"))


@attrs.frozen(kw_only=True)
class PageRequest:
    """At most `limit` assets after a position (from the newest, without one)."""

    limit: int = 50
    after: Position | None = None

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.limit <= LARGEST_PAGE:
            message = f"must be 1 to {LARGEST_PAGE}, not {self.limit}"
            raise InvalidRequestError(FieldError("limit", message))


@attrs.frozen(kw_only=True)
class Page:
    """Assets in order, without their block checksums, and where the next page goes on (None at
    the end)."""

    assets: tuple[AudioAsset, ...]
    next_cursor: str | None = None

    @classmethod
    def cut(cls, found: "list[AudioAsset]", limit: int) -> "Page":
        """A page from up to `limit` + 1 assets; one more than the limit proves a next page."""
        assets = tuple(found[:limit])
        more = len(found) > limit
        return cls(assets=assets, next_cursor=Position.of(assets[-1]).cursor if more else None)
