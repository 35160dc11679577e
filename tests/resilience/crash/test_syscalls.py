"""Faults of the operating system at a save's own calls; the long run takes every one of them.

Where strace can't be used they are skipped, unless AUDIOLIB_TEST_REQUIRE_STRACE is set.
"""

import os
import re

import pytest

from tests.resilience.crash.syscalls import CALLS, FAULTS, calls_made, inject_all, missing, order

_WHY_NOT = missing()
pytestmark = pytest.mark.skipif(
    _WHY_NOT is not None and "AUDIOLIB_TEST_REQUIRE_STRACE" not in os.environ,
    reason=f"needs strace: {_WHY_NOT}",
)


@pytest.fixture(scope="module")
def made() -> dict[str, int]:
    return dict(calls_made())


def test_every_kind_of_call_is_made(made: dict[str, int]) -> None:
    assert set(made) == set(CALLS)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_loses_and_leaves_nothing(made: dict[str, int], fault: str) -> None:
    plan = [(call, made[call], fault) for call in ("fsync", "fdatasync", "link", "unlink")]
    plan += [("pwrite64", made["pwrite64"] // 2, fault), ("fdatasync", 1, fault)]
    injected = inject_all(plan)
    assert [each for each in injected if each.wrong] == []
    assert [each for each in injected if not each.struck] == []


def test_all_is_on_disk_before_the_answer() -> None:
    """The object, its attributes, its name and the commit, in this order, and then the answer."""
    steps = order()
    assert steps[-1] == "answer"
    marks = [
        r"fdatasync .*-wal",
        r"fsync .*/objects/acme/ann/audio/\..*\.part",
        r"fsync .*/objects/acme/ann/audio/\..*\.attributes",
        r"link .*/objects/acme/ann/audio/[^.].*\.wav",
        r"fsync .*/objects/acme/ann/audio",
        r"fdatasync .*-wal",
        r"answer",
    ]
    rest = iter(steps)
    for mark in marks:
        assert any(re.fullmatch(mark, step) for step in rest), f"{mark} not in {steps}"
