"""The one session towards the generator."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv4Network, IPv6Network

import aiohttp
import attrs

from audiolib.adapters.http.pinned_connector import PinnedConnector


@attrs.frozen(kw_only=True)
class HttpSettings:
    """Deadlines in seconds: to connect, to the first byte, between two reads, and for all waiting
    within one source; `least_rate` is bytes a second of that waiting, once it took ten seconds.
    A generator's address must lie in one of the `networks`, if there are any."""

    connect_timeout: float = 5
    first_byte_timeout: float = 10
    stall_timeout: float = 10
    total_timeout: float = 300
    least_rate: int = 64 * 1024
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    tries: int = 3
    token: str | None = attrs.field(default=None, repr=False)


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
        middlewares=[_adding(more_headers)],
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


def _adding(more_headers: Callable[[], Mapping[str, str]]) -> aiohttp.ClientMiddlewareType:
    async def add(
        request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        request.headers.update(more_headers())
        return await send(request)

    return add
