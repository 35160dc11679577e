"""One connection of a client, between the socket and aiohttp's handler of it."""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from aiohttp import StreamReader, web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.http.request_framing import RequestFraming
from audiolib.entrypoints.problem import RequestTimeoutError

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
# Stands for a request whose head was refused, so that the refusal is answered in its turn, by the
# application, like every other error. Its body never comes: aiohttp waits for it for a moment
# before it closes, and meanwhile what the client still sends is read and dropped.
_REFUSED_HEAD = b"POST / HTTP/1.1\r\nHost: -\r\nContent-Length: 1\r\n\r\n"
_LINGER_SECONDS = 1.0


class ConnectionRegistry(Protocol):
    """What a connection needs of the limits that all connections share."""

    header_timeout: float
    body_timeout: float

    def admit(self, connection: "Connection") -> bool: ...
    def set_busy(self, connection: "Connection") -> None: ...
    def set_idle(self, connection: "Connection") -> None: ...
    def remove(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """Passes on what `RequestFraming` lets through, and limits how long a request may take to come.

    `is_ending` says that the response under way is the last one of the connection.
    """

    def __init__(self, handler: web.RequestHandler, registry: ConnectionRegistry) -> None:
        self.handler = handler
        self.peer = ""
        self._registry = registry
        self._framing = RequestFraming()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._begun = 0
        self._request: web.Request | None = None
        self.is_ending = False
        self._is_served = False
        self._is_rejected = False
        self._is_refused = False

    def begin_request(self, request: web.Request) -> Callable[[], None]:
        """Return what must be called when the request has been answered.

        Raises: the error of the framing, when this request stands for the one that was refused.
        """
        self._begun += 1
        self._request = request
        self._stop_timer()
        self._registry.set_busy(self)
        if self._begun > self._framing.requests and self._framing.error is not None:
            self._request, self.is_ending = None, True
            raise self._framing.error
        late = None
        if request.can_read_body:
            loop = asyncio.get_running_loop()
            late = loop.call_later(
                self._registry.body_timeout, self._end_body, RequestTimeoutError()
            )
        self._end_refused_body()

        def end_request() -> None:
            self._request = None
            if late is not None:
                late.cancel()
            # The error has been raised to the handler; aiohttp's own reading must not meet it.
            request.content.set_exception(None)  # type: ignore[arg-type]
            if self._framing.is_inside_head:
                self._start_timer()
            self._registry.set_idle(self)

        return end_request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        address = transport.get_extra_info("peername")
        self.peer = str(address[0]) if isinstance(address, tuple) else ""
        if not self._registry.admit(self):
            self.reject(TOO_MANY)
            return
        self._is_served = True
        self.handler.connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        if self._is_rejected or self._transport is None or self._transport.is_closing():
            return
        if passed := self._framing.feed(data):
            self.handler.data_received(passed)
        if self._framing.error is not None:
            self._refuse()
        elif self._request is None and self._timer is None:
            self._start_timer()

    def eof_received(self) -> None:
        if self._is_served:
            self.handler.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._is_served:
            self._registry.remove(self)
            self.handler.connection_lost(exc)

    def pause_writing(self) -> None:
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        self.handler.resume_writing()

    def end_answers(self) -> None:
        """Tell the client that nothing more follows the response that was just written."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """End an idle connection."""
        if self._transport is not None:
            self._transport.close()

    def reject(self, answer: bytes) -> None:
        """End a connection on which no request is being answered."""
        if self._transport is None or self._transport.is_closing():
            return
        self._is_rejected = True
        self._transport.write(answer)
        # Closing a socket with unread data resets the connection, and the answer would be lost.
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.close)

    def _refuse(self) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        self._stop_timer()
        if self._framing.is_body_error:
            self._end_refused_body()
        else:
            self.handler.data_received(_REFUSED_HEAD)

    def _end_refused_body(self) -> None:
        error = self._framing.error
        if error and self._framing.is_body_error and self._begun == self._framing.requests:
            self._end_body(error)

    def _end_body(self, error: AudioLibraryError) -> None:
        if self._request is not None and not self._request.content.is_eof():
            self.is_ending = True
            content = self._request.content
            content.set_exception(error)
            # A reader that was woken without data waits again without looking for the error.
            asyncio.get_running_loop().call_soon(self._repeat, content, error)

    def _repeat(self, content: StreamReader, error: AudioLibraryError) -> None:
        if content.exception() is error:
            content.set_exception(error)

    def _start_timer(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._registry.header_timeout, self.reject, TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
