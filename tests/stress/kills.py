"""Level C: SIGKILL at every moment of a save, and of several processes on one disk."""

from collections.abc import Iterator

from tests.resilience.crash.disk import SIZES
from tests.resilience.crash.orders import carried_out, every_moment, random_orders, summed
from tests.stress.figures import Figure, scaled


def run(scale: float) -> Iterator[Figure]:
    orders = [order for name in SIZES for order in every_moment(name)]
    orders += random_orders(scaled(2_200, scale), seed=7)
    verdicts = carried_out(orders)
    counts = summed(verdicts)
    yield Figure(name="kills", measured=counts["kills"], at_least=scaled(2_000, scale))
    yield Figure(name="saves acknowledged", measured=counts["saved"], at_least=scaled(500, scale))
    for kind in ("lost", "orphan", "duplicate", "pending", "temp", "unforeseen"):
        name = {"temp": "temp files left", "duplicate": "duplicates or left over"}.get(kind, kind)
        yield Figure(name=name, measured=counts[kind], at_least=0, at_most=0)
    slowest = max(float(str(verdict["restart"])) for verdict in verdicts)
    yield Figure(name="slowest restart", measured=slowest, at_most=2, unit="s")
