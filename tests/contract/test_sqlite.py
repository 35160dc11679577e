"""The SQLite adapters keep their ports' contracts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audiolib.adapters.sqlite import (
    SqliteCleanupOutbox,
    SqliteDatabase,
    SqliteIntentLog,
    SqliteMetadataRepo,
    open_sqlite,
)
from audiolib.testing.contracts import (
    CleanupOutboxContract,
    IntentLogContract,
    MetadataRepoContract,
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with open_sqlite(tmp_path / "library.sqlite3") as database:
        yield database


@pytest.fixture
def repo(database: SqliteDatabase) -> SqliteMetadataRepo:
    return SqliteMetadataRepo(database)


class TestSqliteMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)


class TestSqliteIntentLog(IntentLogContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def intents(self, database: SqliteDatabase) -> SqliteIntentLog:
        return SqliteIntentLog(database)


class TestSqliteCleanupOutbox(CleanupOutboxContract):
    @pytest.fixture
    def repo(self, database: SqliteDatabase) -> SqliteMetadataRepo:
        return SqliteMetadataRepo(database)

    @pytest.fixture
    def outbox(self, database: SqliteDatabase) -> SqliteCleanupOutbox:
        return SqliteCleanupOutbox(database)
