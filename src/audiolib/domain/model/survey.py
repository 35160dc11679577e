"""What an inventory finds that is no asset."""

import attrs


@attrs.frozen(kw_only=True)
class Unreadable:
    """A document that this version can't read, and why."""

    asset_id: str
    fault: str


@attrs.frozen(kw_only=True)
class Surveyed:
    """One document's schema version; 0 where it has none. `fault` says why it can't be read."""

    asset_id: str
    schema_version: int
    fault: str | None = None
