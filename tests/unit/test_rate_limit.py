"""A token bucket, by a clock that the test moves."""

import pytest

from audiolib.adapters.memory import rate_limiter as rate_limit
from audiolib.adapters.memory.rate_limiter import MemoryRateLimiter


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    limit = MemoryRateLimiter(10, clock)
    assert [limit.take("ann").admitted for _ in range(21)] == [True] * 20 + [False]
    clock.now += 0.1
    assert [limit.take("ann").admitted for _ in range(2)] == [True, False]
    clock.now += 100
    assert [limit.take("ann").admitted for _ in range(21)] == [True] * 20 + [False]


def test_over_time_the_rate_is_kept() -> None:
    clock = Clock()
    limit = MemoryRateLimiter(10, clock)
    admitted = 0
    for _ in range(10_000):
        clock.now += 0.01
        admitted += limit.take("ann").admitted
    assert 1000 <= admitted <= 1021


def test_what_is_left_and_when_to_come_again() -> None:
    clock = Clock()
    limit = MemoryRateLimiter(2, clock)
    told = [limit.take("ann") for _ in range(5)]
    assert [allowance.left for allowance in told] == [3, 2, 1, 0, 0]
    assert told[3].reset == pytest.approx(2)
    assert told[4].retry_after == pytest.approx(0.5)
    assert told[4].headers() == {
        "RateLimit-Limit": "4",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "2",
    }
    clock.now += told[4].retry_after
    assert limit.take("ann").admitted


def test_callers_have_their_own() -> None:
    limit = MemoryRateLimiter(1, Clock())
    for _ in range(5):
        limit.take("ann")
    assert limit.take("bob").admitted


def test_those_who_were_here_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_MOST_REMEMBERED", 3)
    limit = MemoryRateLimiter(1, Clock())
    for caller in "abca":
        limit.take(caller)
    limit.take("d")
    assert limit.take("b").left == 1
    assert not limit.take("a").admitted
