"""The SQLite adapters' own promises."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from tests.contract.conftest import SqliteRawDocuments

from audiolib.adapters.shared.api_key_store import RecordApiKeyStore
from audiolib.adapters.shared.usage_store import RecordUsageStore
from audiolib.adapters.sqlite import (
    SqliteCleanupOutbox,
    SqliteDatabase,
    SqliteMetadataRepo,
    SqliteRecords,
    open_sqlite,
)
from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.quota import Quota, TenantUsage, Usage
from audiolib.domain.model.tenant import Tenant
from audiolib.testing.contracts.samples import NOW, TENANT, pending, promise, ready_from, seconds


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with open_sqlite(tmp_path / "library.sqlite3") as database:
        yield database


async def test_many_may_make_the_database_at_the_same_time(tmp_path: Path) -> None:
    """As processes do that are started together."""

    async def opened(path: Path) -> None:
        async with open_sqlite(path) as database:
            await SqliteMetadataRepo(database).check()

    for number in range(20):
        path = tmp_path / f"{number}.sqlite3"
        await asyncio.gather(*(opened(path) for _ in range(8)))


async def test_an_unreadable_promise_holds_up_no_other(database: SqliteDatabase) -> None:
    repo, outbox = SqliteMetadataRepo(database), SqliteCleanupOutbox(database)
    long_ago = {"state": "due", "next_attempt_at": "2000-01-01T00:00:00.000+00:00"}
    for number in range(3):
        await SqliteRawDocuments(database).put(
            {"_id": f"odd{number}", "state": "ready", "cleanup": long_ago}
        )
    asset = ready_from(pending(), cleanup=promise(NOW))
    await repo.insert(TENANT, asset)
    (task,) = await outbox.claim(now=NOW, lease_until=NOW + seconds(60), limit=1)
    assert task.asset_id == asset.id


VERSION_1 = """
CREATE TABLE api_keys (id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, user_id TEXT NOT NULL,
  scope TEXT NOT NULL, digest TEXT NOT NULL, label TEXT NOT NULL, created_at TEXT NOT NULL,
  expires_at TEXT, revoked_at TEXT) STRICT;
INSERT INTO api_keys VALUES ('00000000000000a1', 'acme', 'ann', 'read', 'd1', 'laptop',
  '2026-11-01T10:00:00.000+00:00', NULL, '2026-11-02T10:00:00.000+00:00');
CREATE TABLE usage (customer_id TEXT NOT NULL, user_id TEXT NOT NULL, tally TEXT NOT NULL,
  version INTEGER GENERATED ALWAYS AS (json_extract(tally, '$.version')) VIRTUAL,
  oldest TEXT GENERATED ALWAYS AS (json_extract(tally, '$.oldest')) VIRTUAL,
  PRIMARY KEY (customer_id, user_id)) STRICT;
CREATE INDEX reservations ON usage (oldest) WHERE oldest IS NOT NULL;
INSERT INTO usage (customer_id, user_id, tally) VALUES ('acme', 'ann', '{"version": 5,
  "oldest": "2026-11-01T10:00:00.000+00:00", "kept": {"objects": 3, "size": 30}, "reserved": [
  {"asset_id": "01890a5d-ac96-774b-bcce-b302099a8057", "size": 7,
   "since": "2026-11-01T10:00:00.000+00:00"}]}');
PRAGMA user_version = 1;
"""


async def test_keys_and_usage_of_schema_1_are_taken_over(tmp_path: Path) -> None:
    path, first = tmp_path / "library.sqlite3", datetime(2026, 11, 1, 10, tzinfo=UTC)
    old = sqlite3.connect(path)
    old.executescript(VERSION_1)
    old.close()
    ann = Tenant(customer_id="acme", user_id="ann")
    for _ in range(2):
        async with open_sqlite(path) as database:
            keys = RecordApiKeyStore(SqliteRecords(database=database, collection="api_keys"))
            usages = RecordUsageStore(
                SqliteRecords(database=database, collection="usage", due="oldest")
            )
            assert list(await keys.page(after="", limit=9)) == [
                ApiKey(
                    id="00000000000000a1",
                    tenant=ann,
                    scope=Scope.READ,
                    digest="d1",
                    label="laptop",
                    created_at=first,
                    revoked_at=datetime(2026, 11, 2, 10, tzinfo=UTC),
                )
            ]
            asset_id = AssetId("01890a5d-ac96-774b-bcce-b302099a8057")
            kept = TenantUsage(kept=Usage(objects=3, size=30))
            held = kept.reserve(asset_id, 7, Quota(), first)
            assert await usages.get(ann) == attrs.evolve(held, version=5)
            assert list(await usages.with_reservations(before=NOW, limit=9)) == [ann]


async def test_a_failed_work_of_a_group_leaves_nothing_and_others_their_own(
    database: SqliteDatabase,
) -> None:
    insert = "INSERT INTO records (collection, id, version, body) VALUES ('t', ?, 1, '{}')"

    def work(name: str, *, fails: bool) -> Callable[[sqlite3.Connection], None]:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(insert, [name])
            if fails:
                raise RuntimeError(name)

        return write

    names = ["first", "good 1", "bad", "good 2"]
    results = await asyncio.gather(
        *(database.write(work(name, fails=name == "bad")) for name in names),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None)] * 2 + [RuntimeError, type(None)]
    rows = await database.read(
        lambda c: c.execute("SELECT id FROM records WHERE collection = 't' ORDER BY id").fetchall()
    )
    assert [row[0] for row in rows] == ["first", "good 1", "good 2"]
