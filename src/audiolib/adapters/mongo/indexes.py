"""The indexes; each serves one query, and sharding by customer and user."""

from typing import Any

import attrs
from pymongo import ASCENDING as UP
from pymongo import DESCENDING as DOWN
from pymongo import IndexModel

from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.errors import translate_errors


@attrs.frozen
class Index:
    """An index of one of our collections."""

    collection: str
    model: IndexModel


_ASSETS = [
    IndexModel(
        [("customer_id", UP), ("user_id", UP), ("idempotency.key", UP)],
        name="idempotency",
        unique=True,
        partialFilterExpression={"idempotency.key": {"$exists": True}},
    ),
    IndexModel(
        [
            ("customer_id", UP),
            ("user_id", UP),
            ("state", UP),
            ("created_at", DOWN),
            ("_id", DOWN),
        ],
        name="library",
    ),
    IndexModel([("lease_until", UP)], name="leases", partialFilterExpression={"state": "pending"}),
    IndexModel(
        [("tombstone.purge_at", UP)],
        name="tombstones",
        partialFilterExpression={"state": "aborted"},
    ),
    IndexModel(
        [("cleanup.next_attempt_at", UP)],
        name="cleanups_due",
        partialFilterExpression={"cleanup.state": "due"},
    ),
    IndexModel(
        [("cleanup.lease_until", UP)],
        name="cleanups_leased",
        partialFilterExpression={"cleanup.state": "leased"},
    ),
    IndexModel(
        [("cleanup.state", UP), ("_id", UP)],
        name="cleanups_dead",
        partialFilterExpression={"cleanup.state": "dead"},
    ),
    IndexModel(
        [("state", UP), ("_id", UP)],
        name="quarantine",
        partialFilterExpression={"state": "quarantined"},
    ),
    IndexModel([("customer_id", UP), ("user_id", UP), ("_id", UP)], name="inventory"),
]

_USAGE = [IndexModel([("oldest", UP)], name="reservations")]

INDEXES = {
    model.document["name"]: Index(collection, model)
    for collection, models in (("assets", _ASSETS), ("usage", _USAGE))
    for model in models
}


async def find_missing_indexes(assets: MongoAssets) -> list[str]:
    """Return the names of the indexes that are still to be built."""
    known: dict[str, Any] = {}
    with translate_errors():
        for collection in sorted({index.collection for index in INDEXES.values()}):
            known |= await assets.beside(collection).index_information()
    return [name for name in INDEXES if name not in known]


async def build_index(assets: MongoAssets, name: str) -> None:
    """Build an index, however long that takes; documents can be read and written during it."""
    index = INDEXES[name]
    with translate_errors():
        async with assets.patient() as database:
            await database[index.collection].create_indexes([index.model])
