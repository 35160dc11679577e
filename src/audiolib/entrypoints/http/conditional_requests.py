"""Conditional requests and ranges (RFC 9110, sections 13 and 14)."""

import re

from audiolib.domain.model.objects import ByteRange

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


def matches(condition: str | None, etag: str) -> bool:
    """Whether If-None-Match names the ETag (weak comparison)."""
    if condition is None:
        return False
    named = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return "*" in named or etag in named


def allows(condition: str | None, etag: str) -> bool:
    """Whether If-Match lets the request go on (strong comparison, RFC 9110, section 13.1.1)."""
    return condition is None or {"*", etag} & {tag.strip() for tag in condition.split(",")} != set()


def range_of(header: str | None, if_range: str | None, etag: str) -> ByteRange | None:
    """The one range that is asked for; None for the whole.

    Several ranges, other units and what can't be read count as the whole, as the RFC allows;
    so does any range whose If-Range names another version.
    """
    found = _RANGE.fullmatch(header.strip(" \t")) if header else None
    if found is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    if first is None and last is None:
        return None
    if first is not None and last is not None and last < first:
        return None
    return ByteRange(first, last)
