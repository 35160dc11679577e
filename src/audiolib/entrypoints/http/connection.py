"""One connection of a client, between the socket and aiohttp's handler of it."""

import asyncio
from typing import Protocol, cast

from aiohttp import StreamReader, web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.config.groups import ConnectionSettings
from audiolib.entrypoints.http.problem_details import RequestTimeoutError
from audiolib.entrypoints.http.problem_handler import ProblemRequestHandler
from audiolib.entrypoints.http.request_framing import RequestFraming
from audiolib.entrypoints.http.write_watch import WriteWatch

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

    settings: ConnectionSettings

    def admit(self, connection: "Connection") -> bool: ...
    def set_busy(self, connection: "Connection") -> None: ...
    def set_idle(self, connection: "Connection") -> None: ...
    def remove(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """Passes on what `RequestFraming` lets through, and limits how long a request may take to come
    and a response may take to be read.

    A connection is busy from a request's head until its response has been written.
    """

    def __init__(self, handler: ProblemRequestHandler, registry: ConnectionRegistry) -> None:
        self.handler = handler
        self.peer = ""
        self._registry = registry
        self._framing = RequestFraming()
        self._transport: asyncio.Transport | None = None
        self._writing: WriteWatch | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._passed = self._begun = self._ended = 0  # requests
        self._request: web.Request | None = None
        self._late: asyncio.TimerHandle | None = None
        self._is_admitted = False
        self._is_rejected = False
        self._is_refused = False
        self._has_ended_answers = False
        handler.on_finished = self._end_request

    @property
    def is_busy(self) -> bool:
        return self._passed > self._ended

    def begin_request(self, request: web.Request) -> None:
        """Begin to answer a request; called by the middleware.

        Raises: the error of the framing, when this request stands for the one that was refused, or
            when its body has been refused already.
        """
        self._begun += 1
        error, last = self._framing.error, self._framing.requests
        if error and self._begun >= last + (not self._framing.is_body_error):
            raise error
        self._request = request
        if request.can_read_body:
            self._late = asyncio.get_running_loop().call_later(
                self._registry.settings.body_timeout, self._end_body, RequestTimeoutError()
            )

    def end_reading(self) -> None:
        """Let aiohttp read what is left of the body; called when the handler has returned."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        if self._request is not None:
            # The error has been raised to the handler; aiohttp's own reading must not meet it.
            self._request.content.set_exception(None)  # type: ignore[arg-type]
            self._request = None

    def end_answers(self) -> None:
        """Send the end of the stream: nothing follows the response that was just written."""
        if self._transport is not None and not self._transport.is_closing():
            self._has_ended_answers = True
            self._transport.write_eof()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        address = transport.get_extra_info("peername")
        self.peer = str(address[0]) if isinstance(address, tuple) else ""
        self._writing = WriteWatch(self._transport, self._registry.settings.write_timeout)
        if not self._registry.admit(self):
            self.reject(TOO_MANY)
            return
        self._is_admitted = True
        self.handler.connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        if self._is_rejected or self._transport is None or self._transport.is_closing():
            return
        requests = self._framing.requests
        pieces = self._framing.feed(data)
        self._pass_heads(self._framing.requests - requests)
        for piece in pieces:
            # One request at a time: what aiohttp refuses must not take the others with it.
            self.handler.data_received(piece)
        if self._framing.error is not None:
            self._refuse(self._framing.error)
        elif not self.is_busy and self._framing.is_inside_head and self._timer is None:
            self._start_timer()

    def eof_received(self) -> None:
        """Let the connection end: a client that stops sending is taken for gone."""
        if self._is_admitted:
            self.handler.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._writing is not None:
            self._writing.stop()
        self._registry.remove(self)
        if self._is_admitted:
            self.handler.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._writing is not None:
            self._writing.start()
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        if self._writing is not None:
            self._writing.stop()
        self.handler.resume_writing()

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def reject(self, answer: bytes) -> None:
        """End a connection on which no request is being answered."""
        self._stop_timer()
        if self._transport is None or self._transport.is_closing():
            return
        self._is_rejected = True
        if not self._has_ended_answers:
            self._transport.write(answer)
            # Closing a socket with unread data resets it, and the answer would be lost.
            self._transport.write_eof()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)

    def _pass_heads(self, number: int) -> None:
        if number:
            self._stop_timer()
            self._passed += number
            self._registry.set_busy(self)

    def _end_request(self) -> None:
        """Called by aiohttp's handler when a response has been written."""
        self._ended += 1
        if self._ended == self._framing.requests and self._framing.is_last:
            self.handler.close()
        if self.is_busy:
            return
        self._registry.set_idle(self)
        if self._framing.is_inside_head:
            self._start_timer()

    def _refuse(self, error: AudioLibraryError) -> None:
        if self._is_refused:
            return
        self._is_refused = True
        if not self._framing.is_body_error:
            self._pass_heads(1)
            self.handler.data_received(_REFUSED_HEAD)
        elif self._begun == self._framing.requests:
            self._end_body(error)

    def _end_body(self, error: AudioLibraryError) -> None:
        if self._request is not None and not self._request.content.is_eof():
            content = self._request.content
            content.set_exception(error)
            # A reader that was woken without data waits again without looking for the error.
            asyncio.get_running_loop().call_soon(_repeat, content, error)

    def _start_timer(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(
            self._registry.settings.header_timeout, self.reject, TOO_SLOW
        )

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _repeat(content: StreamReader, error: AudioLibraryError) -> None:
    if content.exception() is error:
        content.set_exception(error)
