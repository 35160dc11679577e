"""Documents, and all that is kept beside them, on MongoDB, by Motor or by PyMongo."""

from audiolib.adapters.mongo.api_key_store import MongoApiKeyStore
from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.cleanup_outbox import MongoCleanupOutbox
from audiolib.adapters.mongo.client import Driver, open_mongo
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.intent_log import MongoIntentLog
from audiolib.adapters.mongo.inventory import MongoInventory
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.mongo.usage_ledger import MongoUsageLedger

__all__ = [
    "Driver",
    "MongoApiKeyStore",
    "MongoAssets",
    "MongoCleanupOutbox",
    "MongoDocumentSchema",
    "MongoIntentLog",
    "MongoInventory",
    "MongoMetadataRepo",
    "MongoUsageLedger",
    "open_mongo",
]
