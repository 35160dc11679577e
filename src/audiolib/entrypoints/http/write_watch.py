"""Ends connections whose client does not read."""

import asyncio

_LEAST_BYTES_A_SECOND = 1024


class WriteWatch:
    """Aborts a transport whose client takes less than a KiB a second of what waits to be sent.

    A response to one who does not read would stay in memory, and its connection open, for ever,
    even after it was closed: closing waits until everything has been sent.
    """

    def __init__(self, transport: asyncio.Transport, timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self._timer: asyncio.TimerHandle | None = None
        # Whatever the socket does not take at once pauses the protocol, which starts the watch.
        transport.set_write_buffer_limits(high=0)

    def start(self) -> None:
        """Called when something waits to be sent."""
        if self._timer is None:
            self._watch(self._transport.get_write_buffer_size())

    def stop(self) -> None:
        """Called when nothing waits any more, or the connection has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch(self, waiting: int) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._timeout, self._check, waiting)

    def _check(self, waited: int) -> None:
        waiting = self._transport.get_write_buffer_size()
        if waiting and waiting > waited - _LEAST_BYTES_A_SECOND * self._timeout:
            self._timer = None
            self._transport.abort()
        else:
            self._watch(waiting)
