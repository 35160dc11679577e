"""Under four times the load that is admitted: what is admitted succeeds, the rest is told so."""

from pathlib import Path

from tests.security.overload import MOST, QUEUE_WAIT, SLOWNESS, percentile, pressed


async def test_the_admitted_succeed_and_the_rest_is_refused_cheaply(tmp_path: Path) -> None:
    found = await pressed(tmp_path, seconds=4)
    assert set(found.statuses) == {201, 429, 503}
    assert found.without_retry_after == 0
    assert found.read_statuses.keys() == {200}
    # A save takes the generator's slowness at least, so this is half of what there is room for.
    assert found.statuses[201] > MOST * 4 / SLOWNESS / 8
    # Nothing that is admitted waits for more than its turn.
    assert percentile(found.admitted, 0.99) < QUEUE_WAIT + 20 * percentile(found.alone, 0.5)
    assert percentile(found.refused, 0.5) < percentile(found.alone, 0.5)
    assert found.growth < 64 * 2**20
