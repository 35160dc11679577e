"""The one session towards the generator, which connects to addresses of certain networks alone."""

import functools
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import AddrInfoType, Connection
from aiohttp.tracing import Trace

from audiolib.adapters.http.interim_responses import BoundedResponseHandler
from audiolib.adapters.http.settings import HttpSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class PinnedConnector(aiohttp.TCPConnector):
    """Looks at the address that is dialled, after every name was looked up, so that no packet
    goes elsewhere; and once connected at the peer's, before a byte of the request is sent.

    A resolver can't do this: literal addresses never reach one.
    """

    def __init__(self, networks: Sequence[Network], *, limit: int, limit_per_host: int) -> None:
        super().__init__(
            limit=limit,
            limit_per_host=limit_per_host,
            ttl_dns_cache=10,
            keepalive_timeout=5,
            socket_factory=self._socket if networks else None,
        )
        self._networks = networks
        self._factory = functools.partial(BoundedResponseHandler, loop=self._loop)  # type: ignore[assignment]

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as it is upstream
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        peer = connection.transport and connection.transport.get_extra_info("peername")
        if self._networks and (not peer or not self._allows(peer[0])):
            connection.close()
            raise aiohttp.ClientConnectionError("the peer is not where generators may be")
        return connection

    def _socket(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = address
        if not self._allows(str(place[0])):
            raise OSError("the address is not one where generators may be")
        return socket.socket(family, kind, protocol)

    def _allows(self, host: str) -> bool:
        address = ipaddress.ip_address(host.partition("%")[0])
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((mapped or address) in network for network in self._networks)


@asynccontextmanager
async def open_http_session(
    settings: HttpSettings, more_headers: Callable[[], Mapping[str, str]] = dict
) -> AsyncIterator[aiohttp.ClientSession]:
    """No cookies, no proxies from the environment, nothing decompressed; `more_headers` gives
    those that differ from request to request."""
    headers = {"Accept-Encoding": "identity"}
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    async with aiohttp.ClientSession(
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=PinnedConnector(settings.networks, limit=256, limit_per_host=64),
        middlewares=[_add_headers(more_headers)],
        timeout=aiohttp.ClientTimeout(
            total=None,
            sock_connect=settings.connect_timeout,
            sock_read=max(settings.first_byte_timeout, settings.stall_timeout),
        ),
        headers=headers,
        read_bufsize=256 * 1024,
        max_line_size=8190,
        max_field_size=8190,
    ) as session:
        yield session


def _add_headers(more_headers: Callable[[], Mapping[str, str]]) -> aiohttp.ClientMiddlewareType:
    async def add(
        request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        request.headers.update(more_headers())
        return await send(request)

    return add
