"""Time as the stores can keep it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present in UTC, whole milliseconds: MongoDB keeps no finer ones."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
