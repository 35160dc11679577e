"""The api-server: authenticates, routes, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
from aiohttp import web

from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.entrypoints.bootstrap.gateway_container import GatewayContainer
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway import app_keys as keys
from audiolib.entrypoints.gateway.credentials import Credentials
from audiolib.entrypoints.gateway.health import check_services, ready
from audiolib.entrypoints.gateway.json_web_tokens import JsonWebTokens
from audiolib.entrypoints.gateway.jwks import Jwks, fetch_over_http
from audiolib.entrypoints.gateway.openapi import gateway_document
from audiolib.entrypoints.gateway.rate_limit import RateLimit
from audiolib.entrypoints.gateway.routes import file, generate, library
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from audiolib.entrypoints.http.health import CachedCheck, live
from audiolib.entrypoints.http.openapi import openapi_handler

_FAILURES_A_SECOND = 1.0
_BAD_LINKS_A_SECOND = 20.0  # a page may show that many links which have expired


def create_gateway(container: GatewayContainer, settings: Settings) -> web.Application:
    """Everything is lifespan when the application starts, and closed when it ends."""
    app = new_application()
    internal_keys = settings.trust.internal_keys
    app[keys.SETTINGS] = settings
    app[keys.DRAINING] = asyncio.Event()
    app[keys.ASSERTIONS] = (
        GatewayAssertions(keys=internal_keys, now=utc_now) if internal_keys else None
    )
    app[keys.READS] = RateLimit(settings.gateway.read_rate)
    app[keys.WRITES] = RateLimit(settings.gateway.write_rate)
    app[keys.FAILURES] = RateLimit(_FAILURES_A_SECOND)
    app[keys.BAD_LINKS] = RateLimit(_BAD_LINKS_A_SECOND)

    async def lifespan(app: web.Application) -> AsyncIterator[None]:
        async with open_resources(container), _upstream(settings) as session:
            api_keys = await resolve(container.api_keys())
            credentials = Credentials(keys=api_keys, tokens=_tokens(settings, session))
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


@asynccontextmanager
async def _upstream(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        auto_decompress=False,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        # Shorter than KEEPALIVE_TIMEOUT: a connection that the service closes is not used again.
        connector=aiohttp.TCPConnector(limit=512, limit_per_host=256, keepalive_timeout=5),
        timeout=aiohttp.ClientTimeout(
            total=None,
            sock_connect=settings.http.connect_timeout,
            sock_read=settings.gateway.upstream_timeout,
        ),
        read_bufsize=256 * 1024,
    ) as session:
        yield session


def _tokens(settings: Settings, session: aiohttp.ClientSession) -> JsonWebTokens | None:
    jwt = settings.gateway.jwt
    if not (jwt.secrets or jwt.jwks_url):
        return None
    jwks = Jwks(fetch_over_http(session, jwt.jwks_url)) if jwt.jwks_url else None
    return JsonWebTokens(settings=jwt, jwks=jwks)
