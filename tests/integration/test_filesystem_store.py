"""What the filesystem store does to the disk."""

import errno
import hashlib
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.domain.model.errors import StorageUnavailableError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.entrypoints.bootstrap.runtime import new_token, utc_now
from audiolib.testing.contracts.samples import OTHER_TENANTS, content, new_key, seconds


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


async def test_a_put_whose_folder_cannot_be_synced_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, key, fsync = store_at(tmp_path), new_key(), os.fsync
    path, failures = tmp_path / str(key), [OSError(errno.EIO, "Input/output error")]

    def fail_once_it_is_linked(descriptor: int) -> None:
        if path.exists() and failures:
            raise failures.pop()
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_once_it_is_linked)
    with pytest.raises(StorageUnavailableError, match=f"^{key}: Input/output error$"):
        await store.put(key, content(b"audio"), content_type="audio/wav")
    assert failures == []
    assert list(path.parent.iterdir()) == []


async def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key, write = store_at(tmp_path), new_key(), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    attributes = {"title": "A title longer than one write"}
    await store.put(key, content(b"some audio"), content_type="audio/wav", attributes=attributes)
    monkeypatch.undo()
    found = await store.head(key)
    assert (found.size, found.attributes) == (10, attributes)
    assert (tmp_path / str(key)).read_bytes() == b"some audio"


async def test_others_can_neither_write_nor_enter(tmp_path: Path) -> None:
    key, before = new_key(), os.umask(0)
    try:
        await store_at(tmp_path / "objects").put(key, content(b"a"), content_type="audio/wav")
        await store_at(tmp_path / "objects").put(new_key(), content(b"b"), content_type="audio/wav")
    finally:
        os.umask(before)
    made = (tmp_path / "objects").rglob("*")
    modes = {(each.is_dir(), each.stat().st_mode & 0o777) for each in made}
    assert modes == {(True, 0o700), (False, 0o640)}


@pytest.mark.parametrize(
    ("beside", "attributes", "sha256"),
    [
        (None, {}, None),
        (b"{", {}, None),
        (b"[]", {}, None),
        (b"{}", {}, None),
        (b'{"sha256": "ab"}', {}, "ab"),
        (b'{"attributes": {"title": "t"}}', {"title": "t"}, None),
    ],
)
async def test_an_object_is_described_by_what_there_is(
    tmp_path: Path, beside: bytes | None, attributes: dict[str, str], sha256: str | None
) -> None:
    key = new_key()
    path = tmp_path / str(key)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"audio")
    if beside is not None:
        path.with_name(f".{path.name}.attributes").write_bytes(beside)
    found = await store_at(tmp_path).head(key)
    assert (found.size, found.attributes, found.sha256) == (5, attributes, sha256)


async def test_foreign_files_are_listed_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "folder")
    for name in (b"\xff.wav", "🎧.wav".encode(), b"note.part", b"x.attributes", b"folder/z"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"12345")
    store = store_at(tmp_path)
    found = [(each.key, each.size) async for each in store.list_objects() if each.key != "linked"]
    names = ["folder/z", "note.part", "x.attributes", "🎧.wav", "\\xff.wav"]
    assert found == [(name, 5) for name in names]
    assert await store.list_uploads() == []


async def test_uploads_are_told_from_objects(tmp_path: Path) -> None:
    """A part beside its object is left over; the object's attributes are not."""
    store, done = store_at(tmp_path), new_key()
    bare = new_key(OTHER_TENANTS[1])
    await store.put(done, content(b"audio"), content_type="audio/wav")
    (tmp_path / str(bare)).parent.mkdir(parents=True)
    (tmp_path / str(bare)).with_name(f".{Path(str(bare)).name}.attributes").write_bytes(b"{}")
    part = (tmp_path / str(done)).with_name(f".{Path(str(done)).name}.token.part")
    part.write_bytes(b"half")
    assert await store.list_uploads() == sorted([str(done), str(bare)])
    for key in (done, bare):
        await store.abort_uploads(str(key))
    assert await store.list_uploads() == []
    assert (await store.head(done)).sha256 == hashlib.sha256(b"audio").hexdigest()


Call = Callable[[FilesystemObjectStore, ObjectKey], Awaitable[object]]


async def _list(store: FilesystemObjectStore, _key: ObjectKey) -> None:
    async for _ in store.list_objects():
        pass


CALLS: dict[str, tuple[Call, str]] = {
    "put": (lambda s, k: s.put(k, content(b"a"), content_type="audio/wav"), "{key}"),
    "put large": (lambda s, k: s.put(k, content(bytes(3 << 20)), content_type="x/y"), "{key}"),
    "head": (lambda s, k: s.head(k), "{key}"),
    "delete": (lambda s, k: s.delete(k), "{key}"),
    "sweep": (lambda s, k: s.sweep(k.prefix), "{prefix}"),
    "abort_uploads": (lambda s, k: s.abort_uploads(str(k)), "{key}"),
    "list_objects": (_list, "listing"),
    "list_uploads": (lambda s, _: s.list_uploads(), "listing"),
    "check": (lambda s, _: s.check(), "the folder {root}"),
}


@pytest.mark.parametrize("call", CALLS)
async def test_an_error_says_what_could_not_be_done(tmp_path: Path, call: str) -> None:
    (root := tmp_path / "objects").write_bytes(b"not a folder")
    key, (run, what) = new_key(), CALLS[call]
    with pytest.raises(StorageUnavailableError) as failed:
        await run(store_at(root), key)
    said, _, reason = str(failed.value).rpartition(": ")
    assert said == what.format(key=key, prefix=key.prefix, root=root)
    assert reason.lower() in ("not a directory", "not a folder")


@pytest.mark.parametrize(
    ("microsecond", "expires_at"),
    [
        (0, datetime(2026, 1, 1, 12, 1, tzinfo=UTC)),
        (1_000, datetime(2026, 1, 1, 12, 1, 1, tzinfo=UTC)),
        (999_999, datetime(2026, 1, 1, 12, 1, 1, tzinfo=UTC)),
    ],
)
async def test_a_link_lives_no_shorter_than_was_asked(
    microsecond: int, expires_at: datetime
) -> None:
    store = FilesystemObjectStore(
        root=Path("unused"),
        public_url="http://x",
        secret=b"s",
        now=lambda: datetime(2026, 1, 1, 12, 0, 0, microsecond, tzinfo=UTC),
        new_token=new_token,
    )
    link = await store.presign(
        new_key(), expires_in=seconds(60), content_type="audio/wav", filename="a.wav"
    )
    assert link.expires_at == expires_at
