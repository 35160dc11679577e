"""The only place that knows which adapter serves which port."""

import random
import secrets

from dependency_injector import containers, providers

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.adapters.http import HttpAudioSource, HttpTempCleaner, open_http_session
from audiolib.adapters.inspect import StreamInspector
from audiolib.adapters.mongo import (
    MongoCleanupOutbox,
    MongoDocumentSchema,
    MongoIntentLog,
    MongoInventory,
    MongoMetadataRepo,
    MongoUsageLedger,
)
from audiolib.adapters.noop.temp_cleaner import NoTempCleaner
from audiolib.adapters.s3 import open_s3
from audiolib.adapters.sqlite import (
    SqliteCleanupOutbox,
    SqliteDocumentSchema,
    SqliteIntentLog,
    SqliteInventory,
    SqliteMetadataRepo,
    SqliteUsageLedger,
)
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.use_cases.access.enforce_quota import KeepQuota
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavePolicy
from audiolib.domain.use_cases.maintenance.migrate import MigrateDocuments
from audiolib.domain.use_cases.maintenance.quarantine import Quarantine
from audiolib.domain.use_cases.maintenance.rebuild import RebuildAsset
from audiolib.domain.use_cases.maintenance.reconcile import ReconcileLibrary
from audiolib.domain.use_cases.maintenance.reindex import ReindexLibrary
from audiolib.domain.use_cases.maintenance.scrub import ScrubLibrary
from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.entrypoints.bootstrap.databases import mongo_assets, sqlite_database
from audiolib.entrypoints.bootstrap.gather import at_once
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
from audiolib.ports.usage_ledger import UsageLedger


def new_token() -> str:
    return secrets.token_hex(16)


class Container(containers.DeclarativeContainer):
    """The use cases over whichever adapters `build_container` chose."""

    settings: providers.Provider[Settings] = providers.Dependency()
    source: providers.Provider[AudioSource] = providers.Dependency()
    cleaner: providers.Provider[TempCleaner] = providers.Dependency()
    store: providers.Provider[ObjectStore] = providers.Dependency()
    repo: providers.Provider[MetadataRepo] = providers.Dependency()
    outbox: providers.Provider[CleanupOutbox] = providers.Dependency()
    intents: providers.Provider[IntentLog] = providers.Dependency()
    inventory: providers.Provider[Inventory] = providers.Dependency()
    schema: providers.Provider[DocumentSchema] = providers.Dependency()
    ledger: providers.Provider[UsageLedger] = providers.Dependency()

    inspector = providers.Factory(StreamInspector)
    policy = providers.Factory(
        SavePolicy,
        sources=settings.provided.sources,
        max_bytes=settings.provided.max_audio_bytes,
        lease=settings.provided.save_lease,
        url_ttl=settings.provided.url_ttl,
        clean_up=settings.provided.clean_up,
    )
    keep_quota = providers.Factory(
        KeepQuota,
        ledger=ledger,
        inventory=inventory,
        quota=settings.provided.quota,
        now=providers.Object(utc_now),
    )
    save = providers.Factory(
        SaveAudioToLibrary,
        source=source,
        store=store,
        repo=repo,
        inspector=inspector,
        policy=policy,
        now=providers.Object(utc_now),
        new_asset_id=providers.Object(lambda: AssetId.new(utc_now(), secrets.token_bytes)),
        new_fence=providers.Object(new_token),
        quota=keep_quota,
    )
    browse = providers.Factory(BrowseLibrary, repo=repo)
    listen = providers.Factory(
        ListenToAudio, library=browse, store=store, url_ttl=settings.provided.url_ttl
    )
    clean_up = providers.Factory(
        CleanUpTempFiles,
        outbox=outbox,
        cleaner=cleaner,
        now=providers.Object(utc_now),
        jitter=providers.Object(random.random),
        at_once=providers.Object(at_once),
    )
    recover = providers.Factory(
        RecoverSaves, intents=intents, store=store, now=providers.Object(utc_now)
    )
    rebuild = providers.Factory(
        RebuildAsset,
        store=store,
        repo=repo,
        inspector=inspector,
        now=providers.Object(utc_now),
        new_fence=providers.Object(new_token),
        url_ttl=settings.provided.url_ttl,
    )
    reconcile = providers.Factory(
        ReconcileLibrary, store=store, inventory=inventory, rebuild=rebuild
    )
    reindex = providers.Factory(ReindexLibrary, store=store, inventory=inventory, rebuild=rebuild)
    scrub = providers.Factory(
        ScrubLibrary, store=store, inventory=inventory, now=providers.Object(utc_now)
    )
    quarantine = providers.Factory(
        Quarantine, inventory=inventory, repo=repo, rebuild=rebuild, now=providers.Object(utc_now)
    )
    migrate = providers.Factory(MigrateDocuments, schema=schema)


def build_container(settings: Settings) -> Container:
    """One provider a port, chosen by the settings; nothing is opened yet."""
    session = providers.Resource(
        open_http_session, settings.http, more_headers=providers.Object(trace_headers)
    )
    return Container(
        settings=providers.Object(settings),
        source=providers.Factory(HttpAudioSource, session=session, settings=settings.http),
        cleaner=(
            providers.Factory(HttpTempCleaner, session=session, settings=settings.http)
            if settings.temp_cleaner == "http"
            else providers.Factory(NoTempCleaner)
        ),
        store=_s3(settings) if settings.object_store == "s3" else _filesystem(settings),
        **(_mongo(settings) if settings.metadata_store == "mongodb" else _sqlite(settings)),
    )


def _s3(settings: Settings) -> providers.Provider[ObjectStore]:
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


def _mongo(settings: Settings) -> dict[str, providers.Provider[object]]:
    assets = mongo_assets(settings)
    return {
        "repo": providers.Factory(MongoMetadataRepo, assets),
        "outbox": providers.Factory(
            MongoCleanupOutbox, assets, new_token=providers.Object(new_token)
        ),
        "intents": providers.Factory(MongoIntentLog, assets),
        "inventory": providers.Factory(MongoInventory, assets),
        "schema": providers.Factory(MongoDocumentSchema, assets),
        "ledger": providers.Factory(MongoUsageLedger, assets),
    }


def _sqlite(settings: Settings) -> dict[str, providers.Provider[object]]:
    database = sqlite_database(settings)
    return {
        "repo": providers.Factory(SqliteMetadataRepo, database),
        "outbox": providers.Factory(SqliteCleanupOutbox, database),
        "intents": providers.Factory(SqliteIntentLog, database),
        "inventory": providers.Factory(SqliteInventory, database),
        "schema": providers.Factory(SqliteDocumentSchema, database),
        "ledger": providers.Factory(SqliteUsageLedger, database),
    }
