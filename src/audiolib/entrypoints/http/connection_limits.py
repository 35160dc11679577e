"""How many connections a server holds, and which of them it gives up for new ones."""

import ipaddress
import logging
from collections import Counter
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from audiolib.entrypoints.config.groups import ConnectionSettings
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.connection import Connection
from audiolib.entrypoints.http.problem_details import Handler
from audiolib.entrypoints.http.problem_handler import ProblemRequestHandler

_NEARLY_FULL = 0.9
_MOST_REJECTED = 64  # that linger until their answer was read
_log = logging.getLogger("audiolib.http")


class ConnectionLimits:
    """The open connections of one server.

    Near the limit, a new connection takes the place of the one that has been idle for longest. One
    address (of IPv6, one network of 64 bits) may hold `most_per_peer` of them, unless it is one of
    `trusted_proxies`; beyond that, it gives up its own idle ones first.
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self._connections: dict[object, Connection] = {}
        self._idle: dict[Connection, None] = {}
        self._by_peer = Counter[str]()
        self._rejected: dict[Connection, None] = {}

    def connection(self, server: web.Server, **options: Any) -> Connection:
        """Return the protocol of one new connection; `options` are aiohttp's."""
        return Connection(ProblemRequestHandler(server, **options), self)

    def admit(self, connection: Connection) -> bool:
        """Return False, if there are too many connections already.

        A connection that was not admitted is kept until it is removed, or until many more were
        rejected after it.
        """
        if self._has_room(connection):
            self._connections[connection.handler] = connection
            self._idle[connection] = None
            self._by_peer[connection.peer] += 1
            return True
        self._rejected[connection] = None
        if len(self._rejected) > _MOST_REJECTED:
            oldest = next(iter(self._rejected))
            del self._rejected[oldest]
            oldest.abort()
        return False

    def remove(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        self._rejected.pop(connection, None)
        if self._connections.pop(connection.handler, None) is None:
            return
        self._idle.pop(connection, None)
        self._by_peer[connection.peer] -= 1
        if not self._by_peer[connection.peer]:
            del self._by_peer[connection.peer]

    def set_busy(self, connection: Connection) -> None:
        self._idle.pop(connection, None)

    def set_idle(self, connection: Connection) -> None:
        if connection.handler in self._connections:
            self._idle[connection] = None

    def report_requests(self) -> Middleware:
        """Return the middleware that reports each request to its connection."""

        @web.middleware
        async def report(request: web.Request, handler: Handler) -> web.StreamResponse:
            if (connection := self._connections.get(request.protocol)) is None:
                return await handler(request)
            connection.begin_request(request)
            try:
                return await handler(request)
            finally:
                connection.end_reading()

        return report

    def end_gracefully(self) -> Middleware:
        """Return the middleware that sends the end of a last response at once.

        The connection itself is closed a moment later: closing a socket with unread data resets it,
        and the client would lose the response.
        """

        @web.middleware
        async def end(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            connection = self._connections.get(request.protocol)
            if connection is not None and not request.content.is_eof():
                await response.prepare(request)
                await response.write_eof()
                connection.end_answers()
            return response

        return end

    def _has_room(self, connection: Connection) -> bool:
        limited = self._peer_key(connection.peer)
        if limited:
            connection.peer = limited
            if self._by_peer[limited] >= self.settings.most_per_peer:
                self._evict_idle(limited)
            if self._by_peer[limited] >= self.settings.most_per_peer:
                log_event(_log, logging.WARNING, "too many connections", peer=limited)
                return False
        if len(self._connections) >= self.settings.most * _NEARLY_FULL:
            self._evict_idle()
        if len(self._connections) >= self.settings.most:
            log_event(_log, logging.WARNING, "too many connections", limit=self.settings.most)
            return False
        return True

    def _evict_idle(self, peer: str | None = None) -> None:
        oldest = next((c for c in self._idle if peer is None or c.peer == peer), None)
        if oldest is not None:
            self.remove(oldest)
            oldest.abort()

    def _peer_key(self, peer: str) -> str:
        """Return what the limit of a peer is counted by; nothing if there is no such limit."""
        if not self.settings.most_per_peer or not peer:
            return ""
        address = ipaddress.ip_address(peer.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if any(address in network for network in self.settings.trusted_proxies):
            return ""
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address)
