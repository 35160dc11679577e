"""The generator's folder when the disk is full, or others change it."""

import errno
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from audiolib.adapters.filesystem.temp_file_store import FilesystemTempFileStore
from audiolib.domain.model.errors import (
    InsufficientStorageError,
    StorageUnavailableError,
    TempFileNotFoundError,
    VersionConflictError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.objects import Slice

NAME = TempName("audio_1.wav")


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, InsufficientStorageError),
        (errno.EDQUOT, InsufficientStorageError),
        (errno.EIO, StorageUnavailableError),
    ],
)
@pytest.mark.parametrize("call", ["write", "pwrite", "fstat"])
async def test_a_failed_write_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Exception],
    call: str,
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    store, before = FilesystemTempFileStore(tmp_path), open_files()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(error):
            await store.put(NAME, stream(b"12", b"34"), header=lambda _: b"head")
    assert list(tmp_path.iterdir()) == []
    assert open_files() == before


async def test_a_partial_write_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, store = os.write, FilesystemTempFileStore(tmp_path)
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    stored = await store.put(NAME, stream(b"0123456789", b"abc"))
    assert (stored.size, (tmp_path / str(NAME)).read_bytes()) == (13, b"0123456789abc")


async def test_a_file_that_is_cut_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    store = FilesystemTempFileStore(tmp_path)
    await store.put(NAME, stream(bytes(300_000)))
    async with store.open(NAME) as opened:
        chunks = opened.read(Slice(start=0, stop=opened.size))
        await anext(chunks)
        os.truncate(tmp_path / str(NAME), 70_000)
        with pytest.raises(StorageUnavailableError, match="ends before its size"):
            async for _ in chunks:
                pass


async def test_a_folder_that_vanishes_is_unavailable_and_not_found(tmp_path: Path) -> None:
    store = FilesystemTempFileStore(tmp_path / "temp")

    async def and_then_it_vanishes() -> AsyncIterator[bytes]:
        yield b"12"
        for path in (tmp_path / "temp").iterdir():
            path.unlink()
        (tmp_path / "temp").rmdir()

    with pytest.raises(StorageUnavailableError):
        await store.put(NAME, and_then_it_vanishes())
    assert await store.size() == 0
    with pytest.raises(TempFileNotFoundError):
        async with store.open(NAME):
            raise AssertionError("it was opened")


async def test_links_are_neither_counted_nor_swept(tmp_path: Path) -> None:
    (outside := tmp_path / "outside.wav").write_bytes(b"12345")
    (folder := tmp_path / "temp").mkdir()
    (folder / "link.wav").symlink_to(outside)
    store = FilesystemTempFileStore(folder)
    assert await store.size() == 0
    assert await store.sweep(older_than=timedelta(seconds=-60)) == 0
    assert (folder / "link.wav").is_symlink()


async def test_an_error_says_what_could_not_be_done(tmp_path: Path) -> None:
    (root := tmp_path / "temp").write_bytes(b"not a folder")
    store = FilesystemTempFileStore(root)
    calls = {
        str(NAME): [store.put(NAME, stream(b"a")), store.delete(NAME, etag=None), store.find(NAME)],
        "folder": [store.size(), store.sweep(older_than=timedelta())],
    }
    for what, each in calls.items():
        for call in each:
            with pytest.raises(StorageUnavailableError, match=f"^temp file {what}: "):
                await call


async def test_a_file_that_was_replaced_is_named(tmp_path: Path) -> None:
    store = FilesystemTempFileStore(tmp_path)
    await store.put(NAME, stream(b"a"))
    with pytest.raises(VersionConflictError, match=f"^{NAME} is another file"):
        await store.delete(NAME, etag='"other"')
