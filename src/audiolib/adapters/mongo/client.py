"""The one file that knows which driver speaks to MongoDB.

Motor is past its end of life; PyMongo's own asynchronous client is its successor. The adapter
uses what both have in common.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.adapters.mongo.indexes import INDEXES, find_missing_indexes
from audiolib.adapters.mongo.server_clock import ServerClock, keep_measuring, local_time
from audiolib.adapters.mongo.settings import Driver
from audiolib.domain.model.errors import MetadataUnavailableError

_DRIVERS = {
    "motor": ("motor.motor_asyncio", "AsyncIOMotorClient"),
    "pymongo": ("pymongo", "AsyncMongoClient"),
}
_CONCERNS = {
    "write_concern": WriteConcern("majority", wtimeout=5_000, j=True),
    "read_concern": ReadConcern("majority"),
    "read_preference": ReadPreference.PRIMARY,
}
_FEW_DOCUMENTS = 1_000
"""So many are indexed within any timeout."""


def _client(url: str, driver: Driver, timeout_ms: int | None) -> Any:
    module, name = _DRIVERS[driver]
    connect: Any = getattr(import_module(module), name)
    bounds = {} if timeout_ms is None else _bounds(timeout_ms)
    return connect(url, tz_aware=True, appname="audiolib", **bounds)


def _bounds(timeout_ms: int) -> dict[str, int]:
    return {
        "timeoutMS": timeout_ms,
        "serverSelectionTimeoutMS": timeout_ms,
        # The goodbye of a client that is closed heeds none but these.
        "connectTimeoutMS": timeout_ms,
        "socketTimeoutMS": timeout_ms,
    }


@asynccontextmanager
async def _open_database(
    url: str, database: str, driver: Driver, timeout_ms: int | None
) -> AsyncIterator[Any]:
    client = _client(url, driver, timeout_ms)
    try:
        yield client[database]
    finally:
        if driver == "motor":
            # It says goodbye to the server, and would hold up the loop until that answers.
            await asyncio.to_thread(client.close)
        else:
            await client.close()


@asynccontextmanager
async def open_mongo(
    url: str,
    *,
    database: str,
    driver: Driver = "motor",
    patience: timedelta = timedelta(seconds=5),
    require_indexes: bool = True,
    now: Callable[[], datetime] = local_time,
) -> AsyncIterator[MongoAssets]:
    """The collection `assets` with its indexes; `patience` bounds every call, retries included.

    Indexes that are missing are built at once where there are few documents; else
    `audiolib migrate` builds them, and opens the collection without `require_indexes`.

    Raises: MetadataUnavailableError, which names missing indexes.
    """
    timeout_ms = patience // timedelta(milliseconds=1)
    patient = partial(_open_database, url, database, driver, None)
    async with _open_database(url, database, driver, timeout_ms) as opened:
        with translate_errors():
            collection = opened.get_collection("assets", **_CONCERNS)
            assets = MongoAssets(collection, patient, ServerClock(opened, now))
            if require_indexes:
                await _require_indexes(assets)
        await assets.clock.measure()
        async with keep_measuring(assets.clock):
            yield assets
            await assets.close()


async def _require_indexes(assets: MongoAssets) -> None:
    missing = await find_missing_indexes(assets)
    if not missing:
        return
    count = await assets.collection.estimated_document_count()
    if count > _FEW_DOCUMENTS:
        raise MetadataUnavailableError(
            f"MongoDB lacks the indexes {', '.join(missing)} on {count:,} documents: "
            "run `audiolib migrate`, which builds them"
        )
    for name in missing:
        index = INDEXES[name]
        await assets.beside(index.collection).create_indexes([index.model])
