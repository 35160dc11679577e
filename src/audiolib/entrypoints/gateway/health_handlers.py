"""Whether the gateway lives, and whether what is behind it can be reached."""

import asyncio
import logging
from collections.abc import Awaitable

import aiohttp
from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.gateway.keys import DRAINING, KEY_RING, SETTINGS, UPSTREAM

_PATIENCE = 4.0
_log = logging.getLogger("audiolib.gateway")


async def ready(request: web.Request) -> web.Response:
    """200 when keys can be looked up and the asset service is ready; else, and from SIGTERM on,
    503."""
    if request.app[DRAINING].is_set():
        return web.json_response({"success": False, "status": "draining"}, status=503)
    app, settings = request.app, request.app[SETTINGS]
    asset_service = f"{settings.gateway.asset_service_url}/health/ready"
    checks = {
        "keys": _told(app[KEY_RING].page(limit=1)),
        "asset_service": _told(_answers(app[UPSTREAM], asset_service)),
    }
    results = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
    well = set(results.values()) == {"ok"}
    body = {"success": well, "status": "ready" if well else "unavailable", "checks": results}
    return web.json_response(body, status=200 if well else 503)


async def _told(check: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check
    except (AudioLibraryError, aiohttp.ClientError, TimeoutError, OSError) as failed:
        _log.info("not ready: %s", type(failed).__name__)
        return "unavailable"
    return "ok"


async def _answers(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise aiohttp.ClientError(f"it answered {answer.status}")
