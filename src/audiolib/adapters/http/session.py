"""The one session towards the generator."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp

from audiolib.adapters.http.pinned_connector import PinnedConnector
from audiolib.adapters.http.settings import HttpSettings


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
