"""The gateway: authenticates, routes, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from audiolib.entrypoints.bootstrap.gateway_container import GatewayContainer
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway import app_keys as keys
from audiolib.entrypoints.gateway.credentials import Credentials
from audiolib.entrypoints.gateway.health import check_services, ready
from audiolib.entrypoints.gateway.openapi import gateway_document
from audiolib.entrypoints.gateway.routes import file, generate, library
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from audiolib.entrypoints.http.health import CachedCheck, live
from audiolib.entrypoints.http.openapi import openapi_handler


def create_gateway(container: GatewayContainer, settings: Settings) -> web.Application:
    """Everything is opened when the application starts, and closed when it ends."""
    app = new_application()
    internal_keys = settings.trust.internal_keys
    app[keys.SETTINGS] = settings
    app[keys.DRAINING] = asyncio.Event()
    app[keys.ASSERTIONS] = (
        GatewayAssertions(keys=internal_keys, now=utc_now) if internal_keys else None
    )
    app[keys.READS], app[keys.WRITES] = container.reads(), container.writes()
    app[keys.FAILURES], app[keys.BAD_LINKS] = container.failures(), container.bad_links()

    async def lifespan(app: web.Application) -> AsyncIterator[None]:
        async with open_resources(container):
            api_keys = await resolve(container.api_keys())
            session = await resolve(container.upstream())
            credentials = Credentials(keys=api_keys, tokens=await resolve(container.tokens()))
            app[keys.API_KEYS] = api_keys
            app[keys.UPSTREAM] = session
            app[keys.READINESS] = CachedCheck(
                partial(check_services, api_keys, session, settings.gateway.asset_service_url)
            )
            app[keys.AUTHENTICATE] = credentials.authenticate
            yield

    app.cleanup_ctx.append(lifespan)
    for path in ("/audio-library", "/audio-library/{rest:.*}"):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            app.router.add_route(method, path, library)
    app.router.add_post("/audio/generate", generate)
    app.router.add_get("/files/{rest:.+}", file)
    app.router.add_get("/health/live", live, allow_head=False)
    app.router.add_get("/openapi.json", openapi_handler(gateway_document), allow_head=False)
    app.router.add_get("/health/ready", ready, allow_head=False)
    return app
