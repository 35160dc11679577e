"""Documents, API keys and usage in one SQLite file."""

from audiolib.adapters.sqlite.cleanup_outbox import SqliteCleanupOutbox
from audiolib.adapters.sqlite.database import SqliteDatabase, open_sqlite
from audiolib.adapters.sqlite.document_schema import SqliteDocumentSchema
from audiolib.adapters.sqlite.intent_log import SqliteIntentLog
from audiolib.adapters.sqlite.inventory import SqliteInventory
from audiolib.adapters.sqlite.metadata_repo import SqliteMetadataRepo
from audiolib.adapters.sqlite.records import SqliteRecords

__all__ = [
    "SqliteCleanupOutbox",
    "SqliteDatabase",
    "SqliteDocumentSchema",
    "SqliteIntentLog",
    "SqliteInventory",
    "SqliteMetadataRepo",
    "SqliteRecords",
    "open_sqlite",
]
