"""The store's files in the order of their keys. All functions block."""

import os
from collections.abc import Iterator
from pathlib import Path

from audiolib.adapters.filesystem.attributes import SUFFIX
from audiolib.adapters.filesystem.upload import object_name
from audiolib.domain.model.objects import ListedObject


def list_files(root: Path, prefix: str) -> Iterator[ListedObject]:
    """The objects whose keys begin with prefix, in the order of their keys."""
    for path in _files(root, prefix):
        if "/." not in f"/{path}":
            try:
                yield ListedObject(key=_printable(path), size=(root / path).lstat().st_size)
            except FileNotFoundError:
                pass  # deleted meanwhile


def _printable(path: str) -> str:
    """Return a printable form of a name, which may not be UTF-8 in a foreign file."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def upload_keys(root: Path, prefix: str) -> Iterator[str]:
    """The keys of uploads that were not completed, or not wholly deleted; some more than once."""
    for path in _files(root, prefix):
        folder, _, name = path.rpartition("/")
        named = object_name(name)
        if named is None:
            continue
        key = f"{folder}/{named}"
        complete = name.endswith(SUFFIX) and (root / key).exists()
        if key.startswith(prefix) and not complete:
            yield key


def upload_files(final: Path) -> list[Path]:
    """The hidden files of an object's uploads; its attributes too where there is no object."""
    try:
        hidden = [path for path in final.parent.iterdir() if object_name(path.name) == final.name]
    except FileNotFoundError:
        return []
    return [path for path in hidden if not (path.name.endswith(SUFFIX) and final.exists())]


def _files(root: Path, prefix: str, folder: str = "") -> Iterator[str]:
    """Keys below root that begin with prefix, ascending by their UTF-8 bytes, hidden ones too."""
    try:
        entries = [
            (entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name)
            for entry in os.scandir(root / folder)
        ]
    except FileNotFoundError:
        return
    # A folder sorts as its name with the slash, since that is how its keys go on.
    for name in sorted(entries, key=os.fsencode):
        path = folder + name
        if name.endswith("/"):
            if path.startswith(prefix) or prefix.startswith(path):
                yield from _files(root, prefix, path)
        elif path.startswith(prefix) or name.startswith("."):
            yield path
