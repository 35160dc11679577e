"""Deadlines for what comes before a handler: aiohttp lets a half-sent request lie for minutes."""

import asyncio
import logging
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from audiolib.entrypoints.problem import Handler, RequestTimeoutError
from audiolib.entrypoints.setting_groups import ConnectionLimits

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
_LINGER_SECONDS = 1.0
_log = logging.getLogger("audiolib.http")


class ConnectionGuard:
    """Stands between the connections of a server and aiohttp's handlers of them."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._guarded: dict[object, _Guarded] = {}

    def protocol(self, server: web.Server) -> asyncio.Protocol:
        """For one new connection."""
        return _Guarded(cast("asyncio.Protocol", server()), self)

    def add(self, handler: object, guarded: "_Guarded") -> bool:
        """Returns: False, if there are too many connections already."""
        if len(self._guarded) >= self.limits.most:
            return False
        self._guarded[handler] = guarded
        return True

    def remove(self, handler: object) -> None:
        self._guarded.pop(handler, None)

    def middleware(self) -> Middleware:
        """Tells the guard when a header is complete, and a body isn't in time."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            if (connection := self._guarded.get(request.protocol)) is None:
                return await handler(request)
            connection.began()
            late = None
            if request.can_read_body:
                loop = asyncio.get_running_loop()
                late = loop.call_later(self.limits.body_timeout, _too_late, request)
            try:
                return await handler(request)
            finally:
                connection.ended()
                if late is not None:
                    late.cancel()

        return guarded


def _too_late(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(RequestTimeoutError())


class _Guarded(asyncio.Protocol):
    """Hands everything on, and watches the clock while a header is awaited."""

    def __init__(self, handler: asyncio.Protocol, guard: ConnectionGuard) -> None:
        self._handler = handler
        self._guard = guard
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._at_work = False
        self._served = False
        self._dismissed = False

    def began(self) -> None:
        self._at_work = True
        self._stop_waiting()

    def ended(self) -> None:
        self._at_work = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._guard.add(self._handler, self):
            _log.warning("too many connections")
            self._dismiss(_TOO_MANY)
            return
        self._served = True
        self._handler.connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._dismissed or self._transport is None or self._transport.is_closing():
            return
        if not self._at_work and self._timer is None:
            self._wait()
        self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        return self._handler.eof_received() if self._served else None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._served:
            self._guard.remove(self._handler)
            self._handler.connection_lost(exc)

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._guard.limits.header_timeout, self._dismiss, _TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _dismiss(self, word: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._dismissed = True
        self._transport.write(word)
        # Closed at once, with data of theirs unread, it would be reset, and the word lost.
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.close)
