"""A short run of damages; the long one is `python -m tests.stress damage`."""

from tests.e2e.stack import Stack
from tests.resilience.corruption.rounds import damaged_rounds


async def test_every_damage_is_found_and_none_is_read(stack: Stack) -> None:
    counts = await damaged_rounds(stack, 12)
    assert counts == {"damaged": 12, "found": 12, "refused": 12, "false alarms": 0}
