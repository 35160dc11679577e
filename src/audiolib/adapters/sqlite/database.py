"""One SQLite file: writes grouped on a thread of their own, reads on another."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from audiolib.adapters.shared.group_commit import GroupCommit
from audiolib.adapters.sqlite.errors import translate_errors
from audiolib.adapters.sqlite.schema import (
    FROM_VERSION_1,
    INDEXES,
    PRAGMAS,
    RECORDS,
    SCHEMA_VERSION,
    TABLE,
)
from audiolib.domain.model.errors import MetadataUnavailableError

T = TypeVar("T")
_PATIENCE = 10.0
Work = Callable[[sqlite3.Connection], Any]


class SqliteDatabase:
    """A unit of work is one function of the connection, so no other comes between its steps."""

    def __init__(self, path: Path) -> None:
        self._writer = _Thread(path)
        self._reader = _Thread(path)
        self._group = GroupCommit[Work, Any](self._write_group)

    async def open(self) -> None:
        """Create what is missing. Raises: MetadataUnavailableError."""
        with translate_errors():
            await self._writer.run(_prepare)

    async def close(self) -> None:
        await self._group.close()
        await self._reader.close()
        await self._writer.close()

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Sees all that was committed before."""
        with translate_errors():
            return await self._reader.run(work)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Committed and synced on return; all of the work or nothing of it."""
        with translate_errors():
            result: T = await self._group.submit(work)
            return result

    async def _write_group(self, group: Sequence[Work]) -> Sequence[Any]:
        return await self._writer.run(lambda connection: _in_one_transaction(connection, group))


class _Thread:
    """A connection that only its own thread touches."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._run, work)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._close)
        self._pool.shutdown()

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            _make_private(self._path)
            self._connection = _connect(self._path)
        return work(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _make_private(path: Path) -> None:
    """Make what is missing readable by its owner alone; SQLite gives its journals the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    # The database itself is never opened here: closing any descriptor of a file gives up all locks
    # that the process has on it, SQLite's too (https://www.sqlite.org/howtocorrupt.html, 2.2).
    descriptor, empty = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(descriptor)
    try:
        os.link(empty, path)
    except FileExistsError:
        pass  # of two processes that start at once, one wins
    Path(empty).unlink()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            return connection
        except sqlite3.OperationalError as failed:
            # Of processes that make the database at the same time, SQLite lets all but one fail
            # to switch it to WAL, without the wait that it grants other locks.
            if failed.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                connection.close()
                raise
            time.sleep(0.01)


def _in_one_transaction(connection: sqlite3.Connection, group: Sequence[Work]) -> Sequence[Any]:
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for work in group:
            connection.execute("SAVEPOINT one")
            try:
                results.append(work(connection))
            except Exception as failed:
                connection.execute("ROLLBACK TO one")
                results.append(failed)
            connection.execute("RELEASE one")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        _upgrade(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _upgrade(connection: sqlite3.Connection) -> None:
    # Within the transaction: another process may be upgrading it.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise MetadataUnavailableError(
            f"the database has schema {version}, this audiolib knows {SCHEMA_VERSION}: upgrade it"
        )
    for statement in (TABLE, RECORDS, *INDEXES):
        connection.execute(statement)
    for table, copy in FROM_VERSION_1.items():
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", [table]).fetchone():
            connection.execute(copy)
            connection.execute(f"DROP TABLE {table}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[SqliteDatabase]:
    """The database in a file, made if it is missing; closed at the end."""
    database = SqliteDatabase(path)
    try:
        await database.open()
        yield database
    finally:
        await database.close()
