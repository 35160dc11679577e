"""Whether the service lives, and whether it can work."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.asset_service.app_keys import DRAINING, READINESS
from audiolib.entrypoints.http.health import readiness
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore

_PATIENCE = 3.0


async def ready(request: web.Request) -> web.Response:
    """200 when both stores answer; 503 while they don't, and from SIGTERM on."""
    return await readiness(request.app[READINESS], request.app[DRAINING])


async def check_stores(store: ObjectStore, repo: MetadataRepo) -> Mapping[str, str]:
    """Return `ok`, an error's code or `timeout` for each."""
    checks = {"storage": store.check(), "metadata": repo.check()}
    results = await asyncio.gather(
        *(asyncio.wait_for(check, _PATIENCE) for check in checks.values()), return_exceptions=True
    )
    return {
        name: "ok" if result is None else _reason(result)
        for name, result in zip(checks, results, strict=True)
    }


def _reason(failed: BaseException) -> str:
    return failed.code if isinstance(failed, AudioLibraryError) else "timeout"
