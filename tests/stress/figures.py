"""What the long runs measure, beside what they must reach."""

from collections.abc import Callable, Iterator

import attrs


@attrs.frozen(kw_only=True)
class Figure:
    """One number; its goal is a least value, a most one, or both (then it must be exact)."""

    name: str
    measured: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool:
        enough = self.at_least is None or self.measured >= self.at_least
        return enough and (self.at_most is None or self.measured <= self.at_most)

    @property
    def goal(self) -> str:
        if self.at_least == self.at_most:
            return f"{self.at_least:g}"
        return f"≥ {self.at_least:g}" if self.at_most is None else f"≤ {self.at_most:g}"


Section = Callable[[float], Iterator[Figure]]
"""Takes the share of the full length to run (1.0 is all of it); gives figures as they come."""


def scaled(full: int, scale: float) -> int:
    """How many rounds a share of the full length is: never none."""
    return max(1, round(full * scale))
