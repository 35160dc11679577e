"""RateLimiter of one process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from audiolib.ports.rate_limiter import Allowance, RateLimiter

_MOST_REMEMBERED = 100_000


class MemoryRateLimiter(RateLimiter):
    """A token bucket for each caller, kept as one number: when it will be full again (the generic
    cell rate algorithm, ITU-T I.371). Twice the `rate` a second may come at once.

    It is of this process: behind several gateways a tenant has so many times the rate.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate
        self._burst = max(1, round(2 * rate))
        self._clock = clock
        self._full_at = OrderedDict[Hashable, float]()

    def take(self, caller: Hashable) -> Allowance:
        """One request of this caller, counted if it is admitted."""
        now = self._clock()
        full_at = max(now, self._full_at.get(caller, now))
        after = full_at + self._interval
        over = after - now - self._burst * self._interval
        admitted = over <= self._interval * 1e-6
        if admitted:
            self._remember(caller, after)
            full_at = after
        return Allowance(
            admitted=admitted,
            limit=self._burst,
            left=max(0, int(self._burst - (full_at - now) / self._interval + 1e-6)),
            reset=full_at - now,
            retry_after=max(0.0, over),
        )

    def _remember(self, caller: Hashable, full_at: float) -> None:
        self._full_at[caller] = full_at
        self._full_at.move_to_end(caller)
        if len(self._full_at) > _MOST_REMEMBERED:
            self._full_at.popitem(last=False)
