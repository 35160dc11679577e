"""Pages and their cursors."""

import base64
import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest, Position
from audiolib.testing.contracts.samples import pending

UUID = "0190a0a0-0b0c-7d0d-8e0e-0123456789ab"
NOW = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def encoded(plain: str | bytes) -> str:
    data = plain.encode() if isinstance(plain, str) else plain
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


GOOD = encoded(f"1893553445678:{UUID}")
BAD = [
    "",
    " ",
    "=",
    "====",
    "A",
    "cursor",
    "null",
    "0",
    f"{GOOD}\n",
    f" {GOOD}",
    f"{GOOD}!",
    f"{GOOD}AAAA",
    GOOD[:-1],
    GOOD[1:],
    f"{GOOD[:8]} {GOOD[8:]}",
    f"{GOOD}\u00e4",
    f"{GOOD}\ud800",
    "\u0661" * 8,
    "%",
    "a" * 100_000,
    encoded(""),
    encoded(":"),
    encoded(f":{UUID}"),
    encoded("1893553445678:"),
    encoded("1893553445678"),
    encoded(UUID),
    encoded(f"-1:{UUID}"),
    encoded(f"+1:{UUID}"),
    encoded(f"1.5:{UUID}"),
    encoded(f"1e3:{UUID}"),
    encoded(f"1_0:{UUID}"),
    encoded(f" 1:{UUID}"),
    encoded(f"1:{UUID}\n"),
    encoded(f"1:{UUID.upper()}"),
    encoded(f"1:{UUID[:-1]}"),
    encoded(f"1:{UUID.replace('-', '')}0000"),
    encoded("1:" + "-" * 36),
    encoded(f"1:{UUID}:x"),
    encoded(f"\u0661:{UUID}"),
    encoded(f"999999999999999:{UUID}"),
    encoded(f"1000000000000000:{UUID}"),
    encoded(b"\xff\xfe" + UUID.encode()),
    encoded(b"1:\x00" + UUID.encode()),
    encoded('{"$gt": ""}'),
]


@given(st.integers(0, 250_000_000_000_000), st.uuids())
def test_a_cursor_leads_back_to_its_place(millis: int, asset: uuid.UUID) -> None:
    created_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)
    place = Position(created_at=created_at, asset_id=AssetId(str(asset)))
    assert Position.at(place.cursor) == place


def test_a_cursor_needs_no_escape_in_a_url() -> None:
    cursor = Position(created_at=NOW, asset_id=AssetId(UUID)).cursor
    assert cursor == GOOD
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("cursor", BAD, ids=lambda cursor: f"{cursor!a:.40}")
def test_a_cursor_that_no_page_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        Position.at(cursor)
    assert [fault.field for fault in refused.value.faults] == ["cursor"]
    assert len(str(refused.value)) < 100


@given(st.text(max_size=80))
def test_no_cursor_raises_anything_else(cursor: str) -> None:
    try:
        Position.at(cursor)
    except InvalidRequestError:
        pass


def test_positions_sort_by_time_then_by_id() -> None:
    ids = [AssetId(f"{UUID[:-1]}{digit}") for digit in "0f"]
    moments = [NOW, NOW + timedelta(milliseconds=1)]
    places = [Position(created_at=at, asset_id=each) for at in moments for each in ids]
    assert sorted(random.Random(1).sample(places, 4)) == places


@pytest.mark.parametrize("limit", [1, 2, 50, 100])
def test_a_page_has_1_to_100_assets(limit: int) -> None:
    assert PageRequest(limit=limit).limit == limit


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_another_limit_is_refused(limit: int) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        PageRequest(limit=limit)
    assert [fault.field for fault in refused.value.faults] == ["limit"]


def test_a_page_begins_with_the_newest_fifty() -> None:
    assert PageRequest() == PageRequest(limit=50, after=None)


@pytest.mark.parametrize(
    ("found", "limit", "shown", "more"),
    [(0, 3, 0, False), (2, 3, 2, False), (3, 3, 3, False), (4, 3, 3, True), (2, 1, 1, True)],
)
def test_one_asset_beyond_the_limit_proves_a_next_page(
    found: int, limit: int, shown: int, more: bool
) -> None:
    assets = [pending() for _ in range(found)]
    page = Page.cut(assets, limit)
    assert page.assets == tuple(assets[:shown])
    assert page.next_cursor == (Position.of(assets[shown - 1]).cursor if more else None)
