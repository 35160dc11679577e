"""Seeded schedules of the protocol, and the rules that they must see broken."""

from pathlib import Path

import pytest
from tests.model_based.mutants import MUTANTS, Mutant, hunt
from tests.model_based.schedules import run_schedule

SCHEDULES = 600


def test_no_schedule_breaks_a_promise() -> None:
    ran = [run_schedule(seed) for seed in range(SCHEDULES)]
    assert [each.broken for each in ran if each.broken] == []
    assert sum(each.acknowledged for each in ran) > SCHEDULES


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_rule_that_is_broken_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    hunted = hunt(mutant, tmp_path, first=mutant.bites, most=4000)
    assert hunted.noticed, f"{mutant.name} was not noticed in {hunted.schedules} schedules"
