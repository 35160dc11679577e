"""The gateway's own few parts: it opens neither the object store nor the documents."""

import secrets

from dependency_injector import containers, providers

from audiolib.adapters.mongo.api_key_store import MongoApiKeyStore
from audiolib.adapters.sqlite import SqliteApiKeyStore
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.entrypoints.bootstrap.databases import mongo_assets, sqlite_database
from audiolib.entrypoints.config.secrets import secrets_in
from audiolib.entrypoints.config.settings import Settings
from audiolib.ports.api_key_store import ApiKeyStore


class GatewayContainer(containers.DeclarativeContainer):
    """The key ring over whichever store `build_gateway_container` chose."""

    store: providers.Provider[ApiKeyStore] = providers.Dependency()
    peppers: providers.Provider[tuple[bytes, ...]] = providers.Dependency()
    api_keys = providers.Factory(
        ApiKeys,
        store=store,
        peppers=peppers,
        now=providers.Object(utc_now),
        random_bytes=providers.Object(secrets.token_bytes),
    )


def build_gateway_container(settings: Settings) -> GatewayContainer:
    """Nothing is opened yet."""
    store: providers.Provider[ApiKeyStore]
    if settings.metadata_store == "mongodb":
        store = providers.Factory(MongoApiKeyStore, mongo_assets(settings))
    else:
        store = providers.Factory(SqliteApiKeyStore, sqlite_database(settings))
    return GatewayContainer(
        store=store,
        peppers=providers.Singleton(
            secrets_in,
            settings.data_dir / "api_keys.secret",
            given=settings.gateway.api_key_secrets,
        ),
    )
