"""The collection's indexes; each serves one query, and sharding by customer and user."""

from pymongo import ASCENDING as UP
from pymongo import DESCENDING as DOWN
from pymongo import IndexModel

INDEXES = [
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

USAGE_INDEXES = [IndexModel([("oldest", UP)], name="reservations")]
