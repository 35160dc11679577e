"""The SQLite adapters' own promises."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
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
from audiolib.domain.model.errors import MetadataUnavailableError
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


INSERT = "INSERT INTO records (collection, id, version, body) VALUES ('t', ?, 1, '{}')"


def written(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT id FROM records WHERE collection = 't' ORDER BY id")
    return [row[0] for row in rows]


async def test_a_failed_work_of_a_group_leaves_nothing_and_others_their_own(
    database: SqliteDatabase,
) -> None:
    def work(name: str, *, fails: bool) -> Callable[[sqlite3.Connection], None]:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(INSERT, [name])
            if fails:
                raise RuntimeError(name)

        return write

    names = ["first", "good 1", "bad", "good 2"]
    results = await asyncio.gather(
        *(database.write(work(name, fails=name == "bad")) for name in names),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None)] * 2 + [RuntimeError, type(None)]
    assert await database.read(written) == ["first", "good 1", "good 2"]


async def test_a_group_that_cannot_be_committed_is_rolled_back(database: SqliteDatabase) -> None:
    def end_the_savepoint(connection: sqlite3.Connection) -> None:
        connection.execute(INSERT, ["lost"])
        connection.execute("RELEASE one")

    with pytest.raises(MetadataUnavailableError, match="no such savepoint"):
        await database.write(end_the_savepoint)
    await database.write(lambda connection: connection.execute(INSERT, ["kept"]))
    assert await database.read(written) == ["kept"]


async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(MetadataUnavailableError, match=r"schema 99, this audiolib knows \d+: "):
        async with open_sqlite(path):
            pass
    after = sqlite3.connect(path)
    assert after.execute("SELECT name FROM sqlite_schema").fetchall() == []
    after.close()


async def test_only_the_owner_reads_a_new_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    folder = tmp_path / "new" / "data"
    before = os.umask(0)
    try:
        async with open_sqlite(folder / "library.sqlite3") as database:
            await SqliteMetadataRepo(database).check_writes()
            modes = {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    names = ["library.sqlite3", "library.sqlite3-shm", "library.sqlite3-wal"]
    assert modes == dict.fromkeys(names, 0o600)


async def test_a_database_that_another_is_making_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, waits = tmp_path / "library.sqlite3", list[float]()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")

    def wait(delay: float) -> None:
        waits.append(delay)
        if len(waits) == 3:
            other.rollback()

    monkeypatch.setattr(time, "sleep", wait)
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    async with open_sqlite(path) as database:
        await SqliteMetadataRepo(database).check()
    other.close()
    assert waits == [0.01] * 3


async def test_a_database_that_stays_locked_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, clock = tmp_path / "library.sqlite3", [0.0]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    def wait(_delay: float) -> None:
        clock[0] += 5.0

    monkeypatch.setattr(time, "sleep", wait)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    with pytest.raises(MetadataUnavailableError, match="locked"):
        async with open_sqlite(path):
            pass
    other.close()
    assert clock[0] == 15.0


async def test_a_database_without_its_table_is_unavailable(database: SqliteDatabase) -> None:
    await database.write(lambda connection: connection.execute("DROP TABLE assets"))
    with pytest.raises(MetadataUnavailableError, match="no such table"):
        await SqliteMetadataRepo(database).check()
