"""The one session towards the generator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import attrs


@attrs.frozen(kw_only=True)
class HttpSettings:
    """Deadlines in seconds: to connect, to the first byte, between two reads."""

    connect_timeout: float = 5
    first_byte_timeout: float = 10
    stall_timeout: float = 10
    tries: int = 3
    token: str | None = attrs.field(default=None, repr=False)


@asynccontextmanager
async def open_http_session(settings: HttpSettings) -> AsyncIterator[aiohttp.ClientSession]:
    """No cookies, no proxies from the environment, nothing decompressed."""
    headers = {"Accept-Encoding": "identity"}
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    async with aiohttp.ClientSession(
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=256, limit_per_host=64),
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
