"""The asset service as an aiohttp application."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from audiolib.entrypoints.asset_service import app_keys as keys
from audiolib.entrypoints.asset_service.routes.assets import get_audio, get_url, list_audio
from audiolib.entrypoints.asset_service.routes.audio import follow_link, listen
from audiolib.entrypoints.asset_service.routes.health import check_stores, ready
from audiolib.entrypoints.asset_service.routes.save import save_audio
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.secrets import signing_keys
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from audiolib.entrypoints.http.health import CachedCheck, live
from audiolib.entrypoints.http.library_openapi import asset_service_document
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.openapi import openapi_handler
from audiolib.entrypoints.worker.loops import (
    at_work,
    clean_up_forever,
    recover_forever,
)


def create_app(container: Container, settings: Settings) -> web.Application:
    """Everything is opened when the application starts, and closed when it ends."""
    app = new_application()
    app[keys.SETTINGS] = settings
    internal_keys = settings.trust.internal_keys
    app[keys.ASSERTIONS] = (
        GatewayAssertions(keys=internal_keys, now=utc_now) if internal_keys else None
    )
    load = settings.load
    app[keys.SAVES] = LoadShedder(
        "saves",
        most=load.saves,
        most_per_tenant=load.saves_per_tenant,
        queue=load.save_queue,
        queue_wait=load.save_queue_wait,
    )
    app[keys.STREAMS] = LoadShedder(
        "downloads", most=load.streams, most_per_tenant=load.streams_per_tenant
    )
    app[keys.DRAINING] = asyncio.Event()
    app[keys.SAVED] = asyncio.Event()

    async def lifespan(app: web.Application) -> AsyncIterator[None]:
        async with open_resources(container):
            library = app[keys.LIBRARY] = await resolve(container.library())
            stores = library.ports.store, library.ports.repo
            app[keys.READINESS] = CachedCheck(partial(check_stores, *stores))
            async with at_work(
                clean_up_forever(library.clean_up, app[keys.SAVED], settings.cleanup_interval),
                recover_forever(library.recover, library.quota, settings.recover_interval),
            ):
                yield

    app.cleanup_ctx.append(lifespan)
    app.router.add_post("/audio-library", save_audio)
    app.router.add_get("/audio-library", list_audio, allow_head=False)
    app.router.add_get("/audio-library/{id}", get_audio, allow_head=False)
    app.router.add_get("/audio-library/{id}/url", get_url, allow_head=False)
    app.router.add_get("/audio-library/{id}/audio", listen)
    app.router.add_get("/health/live", live, allow_head=False)
    app.router.add_get("/openapi.json", openapi_handler(asset_service_document), allow_head=False)
    app.router.add_get("/health/ready", ready, allow_head=False)
    if settings.object_store == "filesystem":
        app[keys.LINK_SECRETS] = lambda: signing_keys(settings)
        app.router.add_get("/files/{key:.+}", follow_link)
    return app
