"""Range, If-Range and If-None-Match as headers have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.objects import ByteRange
from audiolib.entrypoints.http.conditional_requests import matches, range_of

ETAG = '"abc"'
READ = [
    ("bytes=0-0", 0, 0),
    ("bytes=0-", 0, None),
    ("bytes=0-499", 0, 499),
    ("bytes=500-", 500, None),
    ("bytes=-500", None, 500),
    ("bytes=-0", None, 0),
    ("bytes=5-5", 5, 5),
    ("bytes=00-007", 0, 7),
    ("BYTES=1-2", 1, 2),
    ("Bytes=1-2", 1, 2),
    ("bytes= 1-2", 1, 2),
    (" bytes=1-2 ", 1, 2),
    ("bytes=0-999999999999999999", 0, 10**18 - 1),
    ("bytes=999999999999999999-", 10**18 - 1, None),
]
WHOLE = [
    None,
    "",
    " ",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=--",
    "bytes=--1",
    "bytes=1",
    "bytes=5-2",
    "bytes=1-0",
    "bytes=0-0,2-3",
    "bytes=0-0, -1",
    "bytes=0-,0-,0-,0-",
    "bytes=0-5,",
    "bytes=,0-5",
    "bytes=0-5;x",
    "bytes=0--5",
    "bytes=-5-",
    "bytes=+1-2",
    "bytes=1-+2",
    "bytes=0x0-0x5",
    "bytes=1.0-2.0",
    "bytes=1e1-",
    "bytes=a-b",
    "bytes=0-5 junk",
    "bytes=0-5\n",
    "bytes=0-5\r\nX: y",
    "bytes=0-5\x00",
    "bytes:0-5",
    "bytes 0-5/10",
    "byte=0-5",
    "kilobytes=0-5",
    "items=0-5",
    "seconds=0-5",
    "none",
    "0-5",
    "=0-5",
    "bytes=\u0660-\u0665",
    "bytes=\uff10-",
    "bytes=0\u20135",
    "bytes=0-1000000000000000000",
    "bytes=1000000000000000000-",
    "bytes=" + "9" * 10_000 + "-",
    "bytes=" + "0-1," * 10_000,
]
OTHER_VERSIONS = [
    "",
    '"xyz"',
    'W/"abc"',
    "abc",
    "*",
    '"abc", "xyz"',
    '"ABC"',
    "Wed, 21 Oct 2015 07:28:00 GMT",
]
NAMED = [
    ETAG,
    f" {ETAG} ",
    f"W/{ETAG}",
    "*",
    " * ",
    f'"x", {ETAG}',
    f'"x",{ETAG},"y"',
    f'W/"x" , W/{ETAG}',
    f",{ETAG}",
]
NOT_NAMED = [
    None,
    "",
    " ",
    ",",
    "abc",
    '"ab"',
    '"abcd"',
    '"ABC"',
    'W/"x"',
    'w/"abc"',
    "'abc'",
    '"*"',
]


@pytest.mark.parametrize(("header", "first", "last"), READ)
def test_one_range_of_bytes_is_read(header: str, first: int | None, last: int | None) -> None:
    assert range_of(header, None, ETAG) == ByteRange(first, last)


@pytest.mark.parametrize("header", WHOLE, ids=lambda header: f"{header!a:.40}")
def test_any_other_range_counts_as_the_whole(header: str | None) -> None:
    assert range_of(header, None, ETAG) is None
    assert range_of(header, ETAG, ETAG) is None


@pytest.mark.parametrize("if_range", [ETAG, f" {ETAG} "])
def test_a_range_of_the_same_version_is_read(if_range: str) -> None:
    assert range_of("bytes=0-1", if_range, ETAG) == ByteRange(0, 1)


@pytest.mark.parametrize("if_range", OTHER_VERSIONS)
def test_a_range_of_another_version_counts_as_the_whole(if_range: str) -> None:
    assert range_of("bytes=0-1", if_range, ETAG) is None


@pytest.mark.parametrize("condition", NAMED)
def test_a_condition_that_names_the_version_matches(condition: str) -> None:
    assert matches(condition, ETAG)


@pytest.mark.parametrize("condition", NOT_NAMED)
def test_a_condition_that_does_not_name_it_does_not_match(condition: str | None) -> None:
    assert not matches(condition, ETAG)


@given(st.text(max_size=40), st.none() | st.text(max_size=20))
def test_no_header_makes_them_fail(header: str, other: str | None) -> None:
    for text in (header, f"bytes={header}", f"bytes={header}-{header}"):
        found = range_of(text, other, ETAG)
        assert found is None or other is None or other.strip() == ETAG
    assert matches(header, ETAG) in (True, False)
