"""What the filesystem store does to the disk."""

import os
from pathlib import Path

import pytest

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.entrypoints.bootstrap.runtime import new_token, utc_now
from audiolib.testing.contracts.samples import content, new_key


def store_at(root: Path) -> FilesystemObjectStore:
    return FilesystemObjectStore(
        root=root, public_url="http://x", secret=b"s", now=utc_now, new_token=new_token
    )


async def test_new_folders_and_files_are_synced_before_the_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, fsync = list[str](), os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    key = new_key()
    await store_at(tmp_path / "objects").put(key, content(b"audio"), content_type="audio/wav")
    folder = (tmp_path / "objects" / str(key)).parent
    made = [folder, *(parent for parent in folder.parents if parent.is_relative_to(tmp_path))]
    # A folder outlasts a crash when its parent was synced after it was made.
    assert {str(each.parent) for each in made if each != tmp_path} <= set(synced)
    assert synced[-1] == str(folder)
    assert any(Path(path).name.startswith(f".{folder.name}") or ".part" in path for path in synced)


async def test_a_sweep_removes_unfinished_uploads(tmp_path: Path) -> None:
    store, key, other = store_at(tmp_path), new_key(), new_key()
    await store.put(other, content(b"audio"), content_type="audio/wav")
    folder = (tmp_path / str(key)).parent
    (folder / f".{key.prefix.asset_id}.wav.token.part").write_bytes(b"half")
    (folder / f".{key.prefix.asset_id}.wav.attributes").write_bytes(b"{}")
    assert await store.list_uploads() == [str(key)]
    before = {path.name for path in folder.iterdir()}
    await store.sweep(key.prefix)
    assert await store.list_uploads() == []
    left = {path.name for path in folder.iterdir()}
    assert left == {name for name in before if str(key.prefix.asset_id) not in name}
