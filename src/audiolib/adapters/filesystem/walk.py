"""The store's files in the order of their keys. All functions block."""

import os
from collections.abc import Iterator
from pathlib import Path


def files(root: Path, prefix: str, folder: str = "") -> Iterator[str]:
    """Keys below root that begin with prefix, ascending by their UTF-8 bytes, hidden ones too."""
    try:
        entries = [
            (entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name)
            for entry in os.scandir(root / folder)
        ]
    except FileNotFoundError:
        return
    # A folder sorts as its name with the slash, since that is how its keys go on.
    for name in sorted(entries, key=str.encode):
        path = folder + name
        if name.endswith("/"):
            if path.startswith(prefix) or prefix.startswith(path):
                yield from files(root, prefix, path)
        elif path.startswith(prefix) or name.startswith("."):
            yield path
