"""MetadataRepo, CleanupOutbox and IntentLog in one SQLite file."""

from audiolib.adapters.sqlite.cleanup_outbox import SqliteCleanupOutbox
from audiolib.adapters.sqlite.database import SqliteDatabase, open_sqlite
from audiolib.adapters.sqlite.intent_log import SqliteIntentLog
from audiolib.adapters.sqlite.metadata_repo import SqliteMetadataRepo

__all__ = [
    "SqliteCleanupOutbox",
    "SqliteDatabase",
    "SqliteIntentLog",
    "SqliteMetadataRepo",
    "open_sqlite",
]
