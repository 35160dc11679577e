"""A bound on the interim responses (1xx) that a server may send before its answer."""

from typing import Any

import aiohttp
from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_parser import RawResponseMessage

_MOST_INTERIM = 16
_SLICE = 1024


class BoundedResponseHandler(ResponseHandler):
    """aiohttp reads any number of interim responses (RFC 9110, section 15.2) without ever letting
    another task run; this ends the connection after a few.

    Until the answer has begun, what comes is parsed in small slices, so that at most one slice
    is read in vain.
    """

    _interim = 0

    def set_response_params(self, **params: Any) -> None:
        """Begin another response."""
        self._interim = 0
        super().set_response_params(**params)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Count a response's head."""
        self._interim += 100 <= data[0].code < 200
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Parse what has come."""
        if self._payload is not None and not self._payload.is_eof():
            super().data_received(data)
            return
        rest = memoryview(data)
        while rest:
            super().data_received(bytes(rest[:_SLICE]))
            rest = rest[_SLICE:]
            if self._interim > _MOST_INTERIM:
                self._buffer.clear()
                self.abort()
                self.set_exception(aiohttp.ClientPayloadError("too many interim responses"))
                return
            if self._payload is not None and not self._payload.is_eof():
                super().data_received(bytes(rest))
                return
