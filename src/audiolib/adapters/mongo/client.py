"""The one file that knows which driver speaks to MongoDB.

Motor is past its end of life; PyMongo's own asynchronous client is its successor. The adapter
uses what both have in common.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any

from pymongo import ReadPreference, WriteConcern

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.adapters.mongo.indexes import INDEXES, USAGE_INDEXES
from audiolib.adapters.mongo.settings import Driver

_DRIVERS = {
    "motor": ("motor.motor_asyncio", "AsyncIOMotorClient"),
    "pymongo": ("pymongo", "AsyncMongoClient"),
}
_ACKNOWLEDGED = WriteConcern("majority", wtimeout=5_000, j=True)


def _client(url: str, driver: Driver, timeout_ms: int) -> Any:
    module, name = _DRIVERS[driver]
    connect: Any = getattr(import_module(module), name)
    return connect(
        url,
        tz_aware=True,
        timeoutMS=timeout_ms,
        serverSelectionTimeoutMS=timeout_ms,
        # The goodbye of a client that is closed heeds none but these.
        connectTimeoutMS=timeout_ms,
        socketTimeoutMS=timeout_ms,
        appname="audiolib",
    )


@asynccontextmanager
async def open_mongo(
    url: str, *, database: str, driver: Driver = "motor", patience: timedelta = timedelta(seconds=5)
) -> AsyncIterator[MongoAssets]:
    """The collection `assets` with its indexes; `patience` bounds every call, retries included.

    Raises: MetadataUnavailableError.
    """
    client = _client(url, driver, patience // timedelta(milliseconds=1))
    try:
        with translate_errors():
            collection = client[database].get_collection(
                "assets", write_concern=_ACKNOWLEDGED, read_preference=ReadPreference.PRIMARY
            )
            await collection.create_indexes(INDEXES)
            assets = MongoAssets(collection)
            await assets.beside("usage").create_indexes(USAGE_INDEXES)
        yield assets
        await assets.close()
    finally:
        if driver == "motor":
            # It says goodbye to the server, and would hold up the loop until that answers.
            await asyncio.to_thread(client.close)
        else:
            await client.close()
