"""How an adapter's author breaks the backend, so that a suite sees what the adapter makes of it."""

from contextlib import AbstractAsyncContextManager

import pytest


class BrokenBackend:
    """Override what the backend can suffer; what is not overridden is skipped, with a reason."""

    def unreachable(self) -> AbstractAsyncContextManager[None]:
        """Let every call to the backend fail, until the context is left."""
        pytest.skip("override `unreachable` to see what becomes of the backend's own errors")

    def full(self) -> AbstractAsyncContextManager[None]:
        """Leave the backend no room for another write, until the context is left."""
        pytest.skip("override `full` to see what becomes of the backend's own errors")

    def slow(self) -> AbstractAsyncContextManager[None]:
        """Let every call to the backend take longer than the adapter waits for one."""
        pytest.skip("override `slow` to see that calls end")
