"""How much is taken on at once; the rest is refused at once, so that what is admitted ends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.http.problem_details import OverloadedError, RateLimitedError

_RETRY_AFTER_SECONDS = 2.0


class LoadShedder:
    """`most` at once, `most_per_tenant` of one tenant; `queue` more wait for `queue_wait` seconds,
    or without end with None. Callers without a tenant share the limits of the process only.

    A tenant's limit holds for those who wait, too, so that none can fill the queue alone.
    """

    def __init__(
        self,
        what: str,
        *,
        most: int,
        most_per_tenant: int,
        queue: int = 0,
        queue_wait: float | None = 0,
    ) -> None:
        self._what = what
        self._room = asyncio.Semaphore(most)
        self._most_per_tenant = most_per_tenant
        self._queue = queue
        self._queue_wait = queue_wait
        self._waiting = 0
        self._of_tenant = Counter[Tenant | None]()

    def refuse_beyond(self, tenant: Tenant | None) -> None:
        """What would be refused anyway is refused before its body is read.

        Raises: RateLimitedError, when the tenant's own limit is reached; OverloadedError.
        """
        if tenant is not None and self._of_tenant[tenant] >= self._most_per_tenant:
            raise RateLimitedError(
                f"{self._most_per_tenant} of your {self._what} are running or waiting already",
                retry_after=_RETRY_AFTER_SECONDS,
            )
        if self._room.locked() and self._waiting >= self._queue:
            raise OverloadedError(f"too many {self._what} are running: try again later")

    @asynccontextmanager
    async def slot(self, tenant: Tenant | None) -> AsyncIterator[None]:
        """Raises: RateLimitedError, OverloadedError."""
        self.refuse_beyond(tenant)
        self._of_tenant[tenant] += 1
        try:
            await self._turn()
            try:
                yield
            finally:
                self._room.release()
        finally:
            self._of_tenant[tenant] -= 1
            if not self._of_tenant[tenant]:
                del self._of_tenant[tenant]

    async def _turn(self) -> None:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._queue_wait if self._room.locked() else None):
                await self._room.acquire()
        except TimeoutError as late:
            raise OverloadedError(f"too many {self._what} are running: try again later") from late
        finally:
            self._waiting -= 1
