"""Whether the service lives, and whether it can work."""

import asyncio

from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.asset_service.keys import DRAINING, REPO, STORE

_PATIENCE = 3.0


async def ready(request: web.Request) -> web.Response:
    """200 when both stores answer; 503 while they don't, and from SIGTERM on."""
    if request.app[DRAINING].is_set():
        return web.json_response({"success": False, "status": "draining"}, status=503)
    checks = {"storage": request.app[STORE].check(), "metadata": request.app[REPO].check()}
    results = await asyncio.gather(
        *(asyncio.wait_for(check, _PATIENCE) for check in checks.values()), return_exceptions=True
    )
    states = {
        name: "ok" if result is None else _reason(result)
        for name, result in zip(checks, results, strict=True)
    }
    well = set(states.values()) == {"ok"}
    body = {"success": well, "status": "ready" if well else "unavailable", "checks": states}
    return web.json_response(body, status=200 if well else 503)


def _reason(failed: BaseException) -> str:
    return failed.code if isinstance(failed, AudioLibraryError) else "timeout"
