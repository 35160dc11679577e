"""The tables: one JSON document a row, and what is looked up in it as columns of their own."""

SCHEMA_VERSION = 2

PRAGMAS = (
    # FULL, since NORMAL may lose an acknowledged commit at a power failure.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # Milliseconds: a save asks twice, and its client waits meanwhile.
    "PRAGMA busy_timeout = 3000",
)

_COLUMNS = {
    "customer_id": "$.customer_id",
    "user_id": "$.user_id",
    "state": "$.state",
    "created_at": "$.created_at",
    "idempotency_key": "$.idempotency.key",
    "lease_until": "$.lease_until",
    "purge_at": "$.tombstone.purge_at",
    "cleanup_state": "$.cleanup.state",
    "cleanup_due": "$.cleanup.next_attempt_at",
    "cleanup_lease": "$.cleanup.lease_until",
}

_GENERATED = ",\n".join(
    f"  {name} TEXT GENERATED ALWAYS AS (json_extract(document, '{path}')) VIRTUAL"
    for name, path in _COLUMNS.items()
)

TABLE = f"""
CREATE TABLE IF NOT EXISTS assets (
  asset_id TEXT PRIMARY KEY,
  document TEXT NOT NULL,
{_GENERATED}
) STRICT
"""

RECORDS = """
CREATE TABLE IF NOT EXISTS records (
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  due TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID
"""

FROM_VERSION_1 = {
    "api_keys": """
        INSERT OR IGNORE INTO records (collection, id, version, body)
        SELECT 'api_keys', id, 1, json_object(
          'customer_id', customer_id, 'user_id', user_id, 'scope', scope, 'digest', digest,
          'label', label, 'created_at', created_at, 'expires_at', expires_at,
          'revoked_at', revoked_at)
        FROM api_keys""",
    "usage": """
        INSERT OR IGNORE INTO records (collection, id, version, due, body)
        SELECT 'usage', customer_id || '/' || user_id, version, oldest,
          json_set(tally, '$.customer_id', customer_id, '$.user_id', user_id)
        FROM usage""",
}
"""What schema 1 kept in tables of their own, by table."""

INDEXES = (
    """CREATE INDEX IF NOT EXISTS records_due
       ON records (collection, due) WHERE due IS NOT NULL""",
    """CREATE UNIQUE INDEX IF NOT EXISTS idempotency
       ON assets (customer_id, user_id, idempotency_key) WHERE idempotency_key IS NOT NULL""",
    """CREATE INDEX IF NOT EXISTS library
       ON assets (customer_id, user_id, state, created_at DESC, asset_id DESC)""",
    "CREATE INDEX IF NOT EXISTS leases ON assets (lease_until) WHERE state = 'pending'",
    "CREATE INDEX IF NOT EXISTS tombstones ON assets (purge_at) WHERE state = 'aborted'",
    "CREATE INDEX IF NOT EXISTS cleanups_due ON assets (cleanup_due) WHERE cleanup_state = 'due'",
    """CREATE INDEX IF NOT EXISTS cleanups_leased
       ON assets (cleanup_lease) WHERE cleanup_state = 'leased'""",
    "CREATE INDEX IF NOT EXISTS cleanups_dead ON assets (asset_id) WHERE cleanup_state = 'dead'",
    "CREATE INDEX IF NOT EXISTS quarantine ON assets (asset_id) WHERE state = 'quarantined'",
    "CREATE INDEX IF NOT EXISTS inventory ON assets (customer_id, user_id, asset_id)",
)
