"""The matrix names tests that exist."""

import re
from pathlib import Path

import pytest

from tests.resilience.faults.matrix import MATRIX

TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("row", MATRIX)
def test_each_row_has_its_tests(row: str) -> None:
    assert MATRIX[row]
    for place in MATRIX[row]:
        file, _, name = place.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE), name
