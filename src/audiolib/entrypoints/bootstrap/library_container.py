"""Which adapter serves which port of a library; what a backend needs is imported with it."""

import random
from collections.abc import Callable
from datetime import datetime

from dependency_injector import containers, providers

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.adapters.filesystem.local_audio import FilesystemLocalAudio
from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import open_http_session
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner
from audiolib.adapters.inspect import StreamInspector
from audiolib.adapters.shared.usage_store import RecordUsageStore
from audiolib.domain.use_cases.audio_library import (
    AudioLibrary,
    LibraryPorts,
    LibraryRuntime,
    assemble_library,
)
from audiolib.domain.use_cases.library.save_audio import SavePolicy
from audiolib.entrypoints.bootstrap.databases import mongo_assets, sqlite_database
from audiolib.entrypoints.bootstrap.defer import open_defer
from audiolib.entrypoints.bootstrap.extras import needs_server_extra
from audiolib.entrypoints.bootstrap.gather import gather
from audiolib.entrypoints.bootstrap.runtime import new_asset_id, new_token, utc_now
from audiolib.entrypoints.config.secrets import signing_keys
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.request_id import trace_headers
from audiolib.ports.audio_source import AudioSource
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.document_schema import DocumentSchema
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.ports.usage_store import UsageStore


class Container(containers.DeclarativeContainer):
    """The library over whichever adapters `build_container` chose."""

    settings: providers.Provider[Settings] = providers.Dependency()
    now: providers.Provider[Callable[[], datetime]] = providers.Dependency()
    source: providers.Provider[AudioSource] = providers.Dependency()
    cleaner: providers.Provider[TempCleaner] = providers.Dependency()
    store: providers.Provider[ObjectStore] = providers.Dependency()
    repo: providers.Provider[MetadataRepo] = providers.Dependency()
    outbox: providers.Provider[CleanupOutbox] = providers.Dependency()
    intents: providers.Provider[IntentLog] = providers.Dependency()
    inventory: providers.Provider[Inventory] = providers.Dependency()
    schema: providers.Provider[DocumentSchema] = providers.Dependency()
    usage_store: providers.Provider[UsageStore] = providers.Dependency()

    ports = providers.Factory(
        LibraryPorts,
        source=source,
        local=providers.Factory(FilesystemLocalAudio),
        cleaner=cleaner,
        store=store,
        repo=repo,
        outbox=outbox,
        intents=intents,
        inventory=inventory,
        schema=schema,
        usage_store=usage_store,
        inspector=providers.Factory(StreamInspector),
    )
    runtime = providers.Factory(
        LibraryRuntime,
        now=now,
        new_asset_id=providers.Object(new_asset_id),
        new_fence=providers.Object(new_token),
        jitter=providers.Object(random.random),
        gather=providers.Object(gather),
        defer=providers.Resource(open_defer),
    )
    policy = providers.Factory(
        SavePolicy,
        sources=settings.provided.sources,
        max_bytes=settings.provided.max_audio_bytes,
        lease=settings.provided.save_lease,
        url_ttl=settings.provided.url_ttl,
        clean_up=settings.provided.clean_up,
    )
    library: providers.Factory[AudioLibrary] = providers.Factory(
        assemble_library, ports, runtime, policy=policy, quota=settings.provided.quota
    )


def build_container(settings: Settings, *, require_indexes: bool = True) -> Container:
    """Return one provider a port, chosen by the settings; nothing is opened yet.

    With `require_indexes`, opening MongoDB fails where it lacks indexes on many documents.
    """
    on_mongo = settings.metadata_store == "mongodb"
    metadata = _mongo(settings, require_indexes) if on_mongo else _sqlite(settings)
    session = providers.Resource(
        open_http_session, settings.http, more_headers=providers.Object(trace_headers)
    )
    return Container(
        settings=providers.Object(settings),
        source=providers.Factory(HttpAudioSource, session=session, settings=settings.http),
        cleaner=providers.Factory(HttpTempCleaner, session=session, settings=settings.http),
        store=_s3(settings) if settings.object_store == "s3" else _filesystem(settings),
        **metadata,
    )


def _s3(settings: Settings) -> providers.Provider[ObjectStore]:
    with needs_server_extra("OBJECT_STORE=s3"):
        from audiolib.adapters.s3.client import open_s3

    return providers.Resource(
        open_s3,
        settings.s3,
        now=providers.Object(utc_now),
        new_token=providers.Object(new_token),
    )


def _filesystem(settings: Settings) -> providers.Provider[ObjectStore]:
    return providers.Factory(
        FilesystemObjectStore,
        root=settings.data_dir / "objects",
        bucket=settings.s3.bucket,
        public_url=settings.public_url,
        secret=providers.Singleton(lambda: signing_keys(settings)[0]),
        now=providers.Object(utc_now),
        new_token=providers.Object(new_token),
    )


def _mongo(settings: Settings, require_indexes: bool) -> dict[str, providers.Provider[object]]:
    with needs_server_extra("METADATA_STORE=mongodb"):
        from audiolib.adapters.mongo import (
            cleanup_outbox,
            document_schema,
            intent_log,
            inventory,
            metadata_repo,
            records,
        )

    assets = mongo_assets(settings, require_indexes)
    return {
        # Of several machines one clock may be wrong.
        "now": assets.provided.clock,
        "repo": providers.Factory(metadata_repo.MongoMetadataRepo, assets),
        "outbox": providers.Factory(
            cleanup_outbox.MongoCleanupOutbox, assets, new_token=providers.Object(new_token)
        ),
        "intents": providers.Factory(intent_log.MongoIntentLog, assets),
        "inventory": providers.Factory(inventory.MongoInventory, assets),
        "schema": providers.Factory(document_schema.MongoDocumentSchema, assets),
        "usage_store": providers.Factory(
            RecordUsageStore,
            providers.Factory(
                records.MongoRecords, assets=assets, collection="usage", due="oldest"
            ),
        ),
    }


def _sqlite(settings: Settings) -> dict[str, providers.Provider[object]]:
    from audiolib.adapters import sqlite

    database = sqlite_database(settings)
    return {
        "now": providers.Object(utc_now),
        "repo": providers.Factory(sqlite.SqliteMetadataRepo, database),
        "outbox": providers.Factory(sqlite.SqliteCleanupOutbox, database),
        "intents": providers.Factory(sqlite.SqliteIntentLog, database),
        "inventory": providers.Factory(sqlite.SqliteInventory, database),
        "schema": providers.Factory(sqlite.SqliteDocumentSchema, database),
        "usage_store": providers.Factory(
            RecordUsageStore,
            providers.Factory(
                sqlite.SqliteRecords, database=database, collection="usage", due="oldest"
            ),
        ),
    }
