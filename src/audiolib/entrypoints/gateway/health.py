"""Whether the gateway lives, and whether what is behind it can be reached."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping

import aiohttp
from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.gateway.app_keys import DRAINING, READINESS
from audiolib.entrypoints.http.health import readiness

_PATIENCE = 4.0
_log = logging.getLogger("audiolib.gateway")


async def ready(request: web.Request) -> web.Response:
    """200 when keys can be looked up and the asset service is ready; else, and from SIGTERM on,
    503."""
    return await readiness(request.app[READINESS], request.app[DRAINING])


async def check_services(
    api_keys: ApiKeys, session: aiohttp.ClientSession, asset_service_url: str
) -> Mapping[str, str]:
    """Return `ok` or `unavailable` for each."""
    checks = {
        "keys": _check(api_keys.page(limit=1)),
        "asset_service": _check(_answers(session, f"{asset_service_url}/health/ready")),
    }
    return dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))


async def _check(check: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check
    except (AudioLibraryError, aiohttp.ClientError, TimeoutError, OSError) as failed:
        log_event(_log, logging.INFO, "not ready", error=type(failed).__name__)
        return "unavailable"
    return "ok"


async def _answers(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise aiohttp.ClientError(f"it answered {answer.status}")
