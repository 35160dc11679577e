"""The gateway's composition root: it opens neither the object store nor the documents."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from dependency_injector import containers, providers

from audiolib.adapters.jwt.jwks import Jwks, fetch_over_http
from audiolib.adapters.jwt.token_verifier import JwtTokenVerifier
from audiolib.adapters.memory.rate_limiter import MemoryRateLimiter
from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.bootstrap.databases import mongo_assets, sqlite_database
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.secrets import secrets_in
from audiolib.entrypoints.config.settings import Settings
from audiolib.ports.api_key_store import ApiKeyStore
from audiolib.ports.rate_limiter import RateLimiter
from audiolib.ports.token_verifier import TokenVerifier

_FAILURES_A_SECOND = 1.0
_BAD_LINKS_A_SECOND = 20.0  # a page may show that many links which have expired


@asynccontextmanager
async def open_upstream(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Open the session towards the services: no cookies, no proxies, nothing decompressed."""
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


def build_tokens(settings: Settings, session: aiohttp.ClientSession) -> TokenVerifier | None:
    """Return what verifies the configured issuer's tokens; None without an issuer."""
    jwt = settings.gateway.jwt
    if not (jwt.secrets or jwt.jwks_url):
        return None
    jwks = Jwks(fetch_over_http(session, jwt.jwks_url)) if jwt.jwks_url else None
    return JwtTokenVerifier(settings=jwt, jwks=jwks)


class GatewayContainer(containers.DeclarativeContainer):
    """What the gateway is made of, over whichever store `build_gateway_container` chose."""

    settings: providers.Provider[Settings] = providers.Dependency()
    store: providers.Provider[ApiKeyStore] = providers.Dependency()
    upstream = providers.Resource(open_upstream, settings)
    tokens: providers.Factory[TokenVerifier | None] = providers.Factory(
        build_tokens, settings, upstream
    )
    api_keys = providers.Factory(
        ApiKeys,
        store=store,
        peppers=providers.Singleton(
            lambda settings: secrets_in(
                settings.data_dir / "api_keys.secret", given=settings.gateway.api_key_secrets
            ),
            settings,
        ),
        now=providers.Object(utc_now),
        random_bytes=providers.Object(secrets.token_bytes),
    )
    reads: providers.Singleton[RateLimiter] = providers.Singleton(
        MemoryRateLimiter, settings.provided.gateway.read_rate
    )
    writes: providers.Singleton[RateLimiter] = providers.Singleton(
        MemoryRateLimiter, settings.provided.gateway.write_rate
    )
    failures: providers.Singleton[RateLimiter] = providers.Singleton(
        MemoryRateLimiter, _FAILURES_A_SECOND
    )
    bad_links: providers.Singleton[RateLimiter] = providers.Singleton(
        MemoryRateLimiter, _BAD_LINKS_A_SECOND
    )


def build_gateway_container(settings: Settings) -> GatewayContainer:
    """Return the gateway's parts; nothing is opened yet."""
    return GatewayContainer(settings=providers.Object(settings), store=_key_store(settings))


def _key_store(settings: Settings) -> providers.Provider[ApiKeyStore]:
    if settings.metadata_store == "mongodb":
        from audiolib.adapters.mongo.records import MongoRecords

        records = providers.Factory(
            MongoRecords, assets=mongo_assets(settings), collection="api_keys"
        )
        return providers.Factory(RecordApiKeyStore, records)
    from audiolib.adapters.sqlite import SqliteRecords

    rows = providers.Factory(
        SqliteRecords, database=sqlite_database(settings), collection="api_keys"
    )
    return providers.Factory(RecordApiKeyStore, rows)
