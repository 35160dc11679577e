"""Four times the admitted load, for a minute."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.security.overload import percentile, pressed
from tests.stress.figures import Figure

_OTHERS = (201, 429, 503)


def run(scale: float) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(pressed(Path(folder), seconds=max(4, 60 * scale)))
    other = sum(count for status, count in found.statuses.items() if status not in _OTHERS)
    yield Figure(name="saves admitted", measured=found.statuses[201], at_least=1)
    yield Figure(name="saves refused", measured=len(found.refused), at_least=1)
    yield Figure(name="answered otherwise", measured=other, at_most=0)
    yield Figure(name="refused without Retry-After", measured=found.without_retry_after, at_most=0)
    yield Figure(
        name="refusals, p99", measured=1000 * percentile(found.refused, 0.99), at_most=50, unit="ms"
    )
    yield Figure(
        name="admitted, p99 over one alone",
        measured=percentile(found.admitted, 0.99) / percentile(found.alone, 0.5),
        at_most=10,
    )
    yield Figure(name="memory grown", measured=found.growth / 2**20, at_most=64, unit="MiB")
