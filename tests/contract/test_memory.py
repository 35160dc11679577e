"""The fakes keep every port's contract."""

from collections.abc import Mapping

import pytest

from audiolib.adapters.memory import (
    MemoryApiKeyStore,
    MemoryAssets,
    MemoryAudioSource,
    MemoryCleanupOutbox,
    MemoryDocumentSchema,
    MemoryIntentLog,
    MemoryInventory,
    MemoryMetadataRepo,
    MemoryObjectStore,
    MemoryTempCleaner,
    MemoryTempFiles,
    MemoryUsageStore,
    ToneSynthesizer,
)
from audiolib.domain.model.errors import ObjectNotFoundError
from audiolib.domain.model.identifiers import AssetId, TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.testing import FakeClock
from audiolib.testing.contracts import (
    ApiKeyStoreContract,
    AudioSourceContract,
    CleanupOutboxContract,
    DocumentSchemaContract,
    IntentLogContract,
    InventoryContract,
    MetadataRepoContract,
    ObjectStoreContract,
    RawDocuments,
    SpeechSynthesizerContract,
    TempCleanerContract,
    UsageStoreContract,
)


class TestMemoryObjectStore(ObjectStoreContract):
    part_size = 64 * 1024
    serves_headers = False
    signs_urls = False

    @pytest.fixture
    def store(self):
        self.clock = FakeClock()
        self.memory = MemoryObjectStore(now=self.clock)
        return self.memory

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        try:
            body = self.memory.fetch(url)
        except ObjectNotFoundError:
            return 404, b"", {}
        return (403, b"", {}) if body is None else (200, body, {})

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)


@pytest.fixture
def assets():
    return MemoryAssets()


class TestMemoryMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, assets):
        return MemoryMetadataRepo(assets)


class TestMemoryIntentLog(IntentLogContract):
    @pytest.fixture
    def repo(self, assets):
        return MemoryMetadataRepo(assets)

    @pytest.fixture
    def intents(self, assets):
        return MemoryIntentLog(assets)


class TestMemoryCleanupOutbox(CleanupOutboxContract):
    @pytest.fixture
    def repo(self, assets):
        return MemoryMetadataRepo(assets)

    @pytest.fixture
    def outbox(self, assets):
        return MemoryCleanupOutbox(assets)


class MemoryRawDocuments(RawDocuments):
    def __init__(self, assets):
        self.documents = assets.documents

    async def put(self, document):
        self.documents[AssetId(document["_id"])] = document

    async def get(self, asset_id):
        return dict(self.documents[AssetId(asset_id)])


@pytest.fixture
def raw(assets):
    return MemoryRawDocuments(assets)


class TestMemoryInventory(InventoryContract):
    @pytest.fixture
    def repo(self, assets):
        return MemoryMetadataRepo(assets)

    @pytest.fixture
    def inventory(self, assets):
        return MemoryInventory(assets)

    @pytest.fixture
    def raw(self, raw):
        return raw


class TestMemoryDocumentSchema(DocumentSchemaContract):
    @pytest.fixture
    def repo(self, assets):
        return MemoryMetadataRepo(assets)

    @pytest.fixture
    def schema(self, assets):
        return MemoryDocumentSchema(assets)

    @pytest.fixture
    def raw(self, raw):
        return raw


@pytest.fixture
def temp_files():
    return MemoryTempFiles()


@pytest.fixture
def publish(temp_files):
    async def publish(name: str, data: bytes) -> TempFile:
        temp_file = TempFile(base="http://generator.test", name=TempName(name))
        temp_files.files[temp_file] = data
        return temp_file

    return publish


class TestMemoryAudioSource(AudioSourceContract):
    @pytest.fixture
    def source(self, temp_files):
        return MemoryAudioSource(temp_files)

    @pytest.fixture
    def publish(self, publish):
        return publish


class TestMemoryTempCleaner(TempCleanerContract):
    @pytest.fixture
    def cleaner(self, temp_files):
        return MemoryTempCleaner(temp_files)

    @pytest.fixture
    def publish(self, publish):
        return publish

    @pytest.fixture
    def exists(self, temp_files):
        async def exists(temp_file: TempFile) -> bool:
            return temp_file in temp_files.files

        return exists

    @pytest.fixture
    def etag_of(self, temp_files):
        async def etag_of(temp_file: TempFile) -> str:
            return temp_files.etag(temp_file)

        return etag_of


class TestToneSynthesizer(SpeechSynthesizerContract):
    voice = "tone"

    @pytest.fixture
    def synthesizer(self):
        return ToneSynthesizer()


class TestMemoryApiKeyStore(ApiKeyStoreContract):
    @pytest.fixture
    def keys(self):
        return MemoryApiKeyStore()


class TestMemoryUsageLedger(UsageStoreContract):
    @pytest.fixture
    def ledger(self):
        return MemoryUsageStore()
