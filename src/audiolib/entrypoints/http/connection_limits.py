"""How many connections a server holds, and which of them it gives up for new ones."""

import ipaddress
import logging
from collections import Counter
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from audiolib.entrypoints.http.connection import Connection
from audiolib.entrypoints.http.problem_handler import ProblemRequestHandler
from audiolib.entrypoints.problem import Handler
from audiolib.entrypoints.setting_groups import ConnectionSettings

_NEARLY_FULL = 0.9
_log = logging.getLogger("audiolib.http")


class ConnectionLimits:
    """The open connections of one server.

    Near the limit, a new connection takes the place of the one that has been idle for longest. One
    address may hold `most_per_peer` of them, unless it is one of `trusted_proxies`.
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        self.header_timeout = settings.header_timeout
        self.body_timeout = settings.body_timeout
        self._settings = settings
        self._connections: dict[object, Connection] = {}
        self._idle: dict[Connection, None] = {}
        self._by_peer = Counter[str]()

    def connection(self, server: web.Server, **options: Any) -> Connection:
        """Return the protocol of one new connection; `options` are aiohttp's."""
        return Connection(ProblemRequestHandler(server, **options), self)

    def admit(self, connection: Connection) -> bool:
        """Return False, if there are too many connections already."""
        peer = connection.peer
        if self._is_limited(peer) and self._by_peer[peer] >= self._settings.most_per_peer:
            _log.warning("too many connections from %s", peer)
            return False
        if len(self._connections) >= self._settings.most * _NEARLY_FULL and self._idle:
            oldest = next(iter(self._idle))
            self.remove(oldest)
            oldest.close()
        if len(self._connections) >= self._settings.most:
            _log.warning("too many connections")
            return False
        self._connections[connection.handler] = connection
        self._idle[connection] = None
        self._by_peer[peer] += 1
        return True

    def remove(self, connection: Connection) -> None:
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
        """Return the middleware that reports each request's begin and end to its connection."""

        @web.middleware
        async def report(request: web.Request, handler: Handler) -> web.StreamResponse:
            if (connection := self._connections.get(request.protocol)) is None:
                return await handler(request)
            end_request = connection.begin_request(request)
            try:
                return await handler(request)
            finally:
                end_request()

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

    def _is_limited(self, peer: str) -> bool:
        if not self._settings.most_per_peer or not peer:
            return False
        address = ipaddress.ip_address(peer.partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return not any((mapped or address) in n for n in self._settings.trusted_proxies)
