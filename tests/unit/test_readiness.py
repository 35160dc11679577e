"""A store that has no room left is not ready."""

import errno
import os
from pathlib import Path

import pytest

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.domain.model.errors import InsufficientStorageError
from audiolib.entrypoints.bootstrap.runtime import new_token, utc_now


async def test_a_full_disk_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FilesystemObjectStore(
        root=tmp_path, public_url="http://x", secret=b"s", now=utc_now, new_token=new_token
    )
    await store.check()
    room, write = 4096, Path.write_bytes

    def write_what_fits(path: Path, data: bytes) -> int:
        if len(data) > room:
            write(path, data[:room])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_what_fits)
    with pytest.raises(InsufficientStorageError):
        await store.check()
    assert list(tmp_path.iterdir()) == []
