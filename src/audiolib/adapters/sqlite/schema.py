"""The table: one JSON document a row, and what is looked up in it as columns of their own."""

SCHEMA_VERSION = 1

PRAGMAS = (
    # FULL, since NORMAL may lose an acknowledged commit at a power failure.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 10000",
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

API_KEYS = """
CREATE TABLE IF NOT EXISTS api_keys (
  id TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  digest TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  revoked_at TEXT
) STRICT
"""

USAGE = """
CREATE TABLE IF NOT EXISTS usage (
  customer_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  tally TEXT NOT NULL,
  version INTEGER GENERATED ALWAYS AS (json_extract(tally, '$.version')) VIRTUAL,
  oldest TEXT GENERATED ALWAYS AS (json_extract(tally, '$.oldest')) VIRTUAL,
  PRIMARY KEY (customer_id, user_id)
) STRICT
"""

INDEXES = (
    "CREATE INDEX IF NOT EXISTS reservations ON usage (oldest) WHERE oldest IS NOT NULL",
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
