"""The metadata store's database, as the containers open it."""

from typing import Any

from dependency_injector import providers

from audiolib.entrypoints.bootstrap.extras import needs_server_extra
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.settings import Settings


def mongo_assets(settings: Settings, require_indexes: bool = True) -> providers.Resource[Any]:
    with needs_server_extra("METADATA_STORE=mongodb"):
        from audiolib.adapters.mongo.client import open_mongo

    return providers.Resource(
        open_mongo,
        settings.mongodb_url,
        database=settings.mongodb_database,
        driver=settings.mongodb_driver,
        patience=settings.mongodb_timeout,
        require_indexes=require_indexes,
        now=providers.Object(utc_now),
    )


def sqlite_database(settings: Settings) -> providers.Resource[Any]:
    from audiolib.adapters.sqlite import open_sqlite

    return providers.Resource(open_sqlite, settings.data_dir / "library.sqlite3")
