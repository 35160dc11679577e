"""Port: how often one caller may ask."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Allowance:
    """Whether one more request is admitted; what is `left`, and seconds until it is all back."""

    admitted: bool
    limit: int
    left: int
    reset: float
    retry_after: float

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-07 has them."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(round(self.reset + 0.5)),
        }


class RateLimiter(Protocol):
    """Limits each caller by itself."""

    @abstractmethod
    def take(self, caller: Hashable) -> Allowance:
        """Count one request of this caller, if it is admitted. Never waits."""
