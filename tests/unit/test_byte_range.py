"""Byte ranges against sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.errors import RangeNotSatisfiableError
from audiolib.domain.model.objects import ByteRange, Slice

HUGE = 10**18
SATISFIABLE = [
    ((0, 0), 1, (0, 1)),
    ((0, 0), 10, (0, 1)),
    ((0, 9), 10, (0, 10)),
    ((0, 10), 10, (0, 10)),
    ((0, HUGE), 10, (0, 10)),
    ((3, 5), 10, (3, 6)),
    ((9, 9), 10, (9, 10)),
    ((9, HUGE), 10, (9, 10)),
    ((0, None), 10, (0, 10)),
    ((9, None), 10, (9, 10)),
    ((None, 1), 10, (9, 10)),
    ((None, 10), 10, (0, 10)),
    ((None, 11), 10, (0, 10)),
    ((None, HUGE), 1, (0, 1)),
]
UNSATISFIABLE = [
    ((10, None), 10),
    ((10, 10), 10),
    ((HUGE, HUGE), 10),
    ((None, 0), 10),
    ((None, 0), 0),
    ((None, 5), 0),
    ((0, None), 0),
    ((0, 0), 0),
    ((5, 2), 10),
]


@pytest.mark.parametrize(("ends", "size", "expected"), SATISFIABLE)
def test_a_range_is_cut_to_the_size(
    ends: tuple[int | None, int | None], size: int, expected: tuple[int, int]
) -> None:
    cut = ByteRange(*ends).within(size)
    assert cut == Slice(start=expected[0], stop=expected[1])
    assert cut.length == expected[1] - expected[0]


@pytest.mark.parametrize(("ends", "size"), UNSATISFIABLE)
def test_a_range_without_any_byte_is_not_satisfiable(
    ends: tuple[int | None, int | None], size: int
) -> None:
    with pytest.raises(RangeNotSatisfiableError) as refused:
        ByteRange(*ends).within(size)
    assert refused.value.size == size


def test_a_range_has_an_end() -> None:
    with pytest.raises(ValueError, match="first or a last"):
        ByteRange(None, None)


ENDS = st.none() | st.integers(0, 50)


@given(ENDS, ENDS, st.integers(0, 40))
def test_the_bytes_are_those_that_were_asked_for(
    first: int | None, last: int | None, size: int
) -> None:
    if first is None and last is None:
        return
    numbers = range(size)
    if first is None:
        wanted = [n for n in numbers if n >= size - (last or 0)]
    else:
        wanted = [n for n in numbers if first <= n <= (size if last is None else last)]
    try:
        cut = ByteRange(first, last).within(size)
    except RangeNotSatisfiableError:
        assert wanted == []
    else:
        assert list(numbers[cut.start : cut.stop]) == wanted
