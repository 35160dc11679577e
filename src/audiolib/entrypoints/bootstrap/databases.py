"""The metadata store's database, as the containers open it."""

from dependency_injector import providers

from audiolib.adapters.mongo import MongoAssets, open_mongo
from audiolib.adapters.sqlite import SqliteDatabase, open_sqlite
from audiolib.entrypoints.config.settings import Settings


def mongo_assets(settings: Settings) -> providers.Resource[MongoAssets]:
    return providers.Resource(
        open_mongo,
        settings.mongodb_url,
        database=settings.mongodb_database,
        driver=settings.mongodb_driver,
        patience=settings.mongodb_timeout,
    )


def sqlite_database(settings: Settings) -> providers.Resource[SqliteDatabase]:
    return providers.Resource(open_sqlite, settings.data_dir / "library.sqlite3")
