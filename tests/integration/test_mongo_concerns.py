"""What goes over the wire to MongoDB: only what a majority confirms is decided upon."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient, monitoring
from pymongo.monitoring import CommandListener
from tests.contract.conftest import fresh_mongo
from tests.resilience.network.failpoints import Failpoints
from tests.servers import MongoServer

from audiolib.adapters.memory import MemoryObjectStore
from audiolib.adapters.mongo.assets import MongoAssets
from audiolib.adapters.mongo.cleanup_outbox import MongoCleanupOutbox
from audiolib.adapters.mongo.document_schema import MongoDocumentSchema
from audiolib.adapters.mongo.intent_log import MongoIntentLog
from audiolib.adapters.mongo.inventory import MongoInventory
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.mongo.records import MongoRecords
from audiolib.domain.model.asset import AssetState
from audiolib.domain.model.cleanup import CleanupResult, CleanupState
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.paging import PageRequest
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.testing import FakeClock
from audiolib.testing.contracts.raw_documents import by_another_program
from audiolib.testing.contracts.samples import (
    NOW,
    TENANT,
    content,
    pending,
    ready_from,
    seconds,
    with_other_fence,
)

WRITES = {"insert", "update", "delete", "findAndModify"}
READS = {"find", "aggregate", "count", "distinct"}
CONFIRMED = {"majority", "linearizable"}


class Wire(CommandListener):
    """Every command that a client of this process sends while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.commands: list[tuple[str, dict[str, Any]]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.on:
            self.commands.append((event.command_name, dict(event.command)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


WIRE = Wire()
monitoring.register(WIRE)


@pytest.fixture(params=["motor", "pymongo"])
async def assets(
    request: pytest.FixtureRequest, mongo_server: MongoServer
) -> AsyncIterator[MongoAssets]:
    async with fresh_mongo(mongo_server, request.param) as assets:
        yield assets


@pytest.fixture
def wire(assets: MongoAssets) -> Iterator[Wire]:
    WIRE.commands.clear()
    WIRE.on = True
    yield WIRE
    WIRE.on = False


async def use_everything(assets: MongoAssets) -> None:
    """Every call of every port, on its usual way and on those of repetition and refusal."""
    repo, intents, inventory = (
        MongoMetadataRepo(assets),
        MongoIntentLog(assets),
        MongoInventory(assets),
    )
    outbox = MongoCleanupOutbox(assets, new_token=lambda: secrets.token_hex(8))
    intent, other, third = pending(), pending(), pending()
    for each in (intent, intent, other, third):
        await repo.begin(TENANT, each)
    await repo.begin(TENANT, pending(key=intent.attempt.idempotency_key))
    fence, until = intent.attempt.fence, NOW + seconds(999)
    await repo.renew_lease(TENANT, intent.id, fence=fence, until=until)
    await repo.renew_lease(TENANT, intent.id, fence="wrong", until=until)
    ready = ready_from(intent)
    for each in (ready, ready, with_other_fence(ready_from(other))):
        await repo.commit(TENANT, each)
    await repo.abort(TENANT, other.aborted(now=NOW))
    await repo.abort(TENANT, intent.aborted(now=NOW))
    for _ in range(2):
        await repo.insert(TENANT, ready_from(pending(key="inserted")))
    await repo.release(TENANT, ready)
    await repo.get(TENANT, intent.id)
    await repo.page(TENANT, PageRequest())
    await repo.check()
    await repo.check_writes()
    later = NOW + timedelta(days=1)
    for task in await outbox.claim(now=later, lease_until=later + seconds(60), limit=9):
        await outbox.settle([CleanupResult(task=task, state=CleanupState.DEAD, error="no")])
    await outbox.retry(intent.id, now=later)
    await intents.fence_expired(now=later, limit=9)
    for swept in await intents.due_sweeps(now=later, limit=9):
        await intents.mark_swept(swept, again_at=later)
        await intents.mark_swept(swept, again_at=None)
    await inventory.tenants(after=None, limit=9)
    await inventory.assets(TENANT, after="", limit=9)
    await inventory.in_state(AssetState.READY, after="", limit=9)
    await inventory.with_cleanup(CleanupState.DUE, after="", limit=9)
    await inventory.find(intent.id)
    records = MongoRecords(assets=assets, collection="usage", due="oldest")
    await records.scan(after="", limit=9)
    await records.scan_due(before=NOW, limit=9)
    document = by_another_program()
    await assets.collection.insert_one(document)
    schema = MongoDocumentSchema(assets)
    await schema.survey(after="", limit=9)
    await schema.upgrade(document["_id"])


async def test_every_write_is_confirmed_by_a_majority_and_its_journal(
    assets: MongoAssets, wire: Wire
) -> None:
    await use_everything(assets)
    writes = [(name, command) for name, command in wire.commands if name in WRITES]
    assert {name for name, _ in writes} == {"insert", "update", "delete"}
    for name, command in writes:
        concern = command.get("writeConcern", {})
        assert (concern.get("w"), concern.get("j")) == ("majority", True), (name, command)


async def test_every_read_is_of_what_a_majority_confirmed_at_the_primary(
    assets: MongoAssets, wire: Wire
) -> None:
    await use_everything(assets)
    reads = [(name, command) for name, command in wire.commands if name in READS]
    assert len(reads) > 20
    for name, command in reads:
        assert command.get("readConcern", {}).get("level") in CONFIRMED, (name, command)
        mode = command.get("$readPreference", {}).get("mode", "primary")
        # A direct connection to one server says that it takes whatever that is.
        assert mode in ("primary", "primaryPreferred"), (name, command)
    assert assets.collection.read_preference.mongos_mode == "primary"


async def test_outcomes_are_read_back_as_the_write_saw_them(
    assets: MongoAssets, wire: Wire
) -> None:
    """A majority may lag behind the primary, where the write found what it found."""
    repo, intent = MongoMetadataRepo(assets), pending()
    await repo.begin(TENANT, intent)
    await repo.commit(TENANT, ready_from(intent))
    wire.commands.clear()
    assert await repo.commit(TENANT, ready_from(intent))
    (read,) = [command for name, command in wire.commands if name == "find"]
    assert read["readConcern"]["level"] == "linearizable"
    assert read["filter"] == {"_id": str(intent.id)}


@pytest.mark.parametrize("lag", [1, 3])
async def test_a_key_that_no_majority_shows_yet_is_not_free(
    assets: MongoAssets, monkeypatch: pytest.MonkeyPatch, lag: int
) -> None:
    """The insert is refused by what the primary has; a majority read finds it only later."""
    repo, first = MongoMetadataRepo(assets), pending()
    await repo.begin(TENANT, first)
    real, unseen = assets.find_one, iter(range(lag))

    async def lagging(where: dict[str, Any]) -> Any:
        return None if next(unseen, None) is not None else await real(where)

    monkeypatch.setattr(assets, "find_one", lagging)
    second = pending(key=first.attempt.idempotency_key)
    assert (await repo.begin(TENANT, second)).id == first.id
    assert await assets.collection.count_documents({}) == 1


async def test_a_fence_without_a_majority_sweeps_nothing(
    assets: MongoAssets, mongo_server: MongoServer
) -> None:
    """A failover takes it back, and the slow save commits an asset whose object must be there."""
    clock, repo, intent = FakeClock(), MongoMetadataRepo(assets), pending()
    store = MemoryObjectStore(now=clock)
    await repo.begin(TENANT, intent)
    key = intent.key_prefix.key("wav")
    await store.put(key, content(b"audio"), content_type="audio/wav")
    recover = RecoverSaves(
        intents=MongoIntentLog(assets), store=store, now=lambda: NOW + timedelta(hours=1)
    )
    before = await assets.collection.find_one({"_id": str(intent.id)})
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_server.url)
    async with client:
        unconfirmed = {"code": 64, "errmsg": "waiting for replication timed out"}
        async with Failpoints(client).failing("update", writeConcernError=unconfirmed):
            with pytest.raises(MetadataUnavailableError):
                await recover()
        fenced = await assets.collection.find_one({"_id": str(intent.id)})
        assert fenced["state"] == "aborted"  # at the primary, which now fails
        await assets.collection.replace_one({"_id": str(intent.id)}, before)
    assert store.read(key) == b"audio"
    assert await repo.commit(TENANT, ready_from(intent))
    await recover()
    assert store.read(key) == b"audio"
