"""One file on its way into the store."""

import errno
import os
from pathlib import Path

from audiolib.adapters.filesystem.attributes import SUFFIX, attributes_path

_PART = ".part"
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Upload:
    """Written under a hidden name of its own, and linked to its true name when complete.

    The order is fsync of the file, its attributes file and its fsync, link, unlink of the
    hidden name, fsync of the folder: after a crash the object is there whole, with its attributes,
    or not at all. The writer that creates the attributes has the key. All methods block.
    """

    def __init__(self, final: Path, *, token: str) -> None:
        self._final = final
        self._part = final.with_name(f".{final.name}.{token}{_PART}")
        self._descriptor: int | None = None
        self._described = False
        self._linked = False

    def write(self, data: bytes) -> None:
        if self._descriptor is None:
            self._descriptor = self._create()
        _write_all(self._descriptor, data)

    def complete(self, data: bytes, attributes: bytes) -> int:
        """Write the last bytes and make the object appear, durably. Returns: its size.

        Raises: FileExistsError when the name is taken.
        """
        self.write(data)
        assert self._descriptor is not None  # noqa: S101 - write has just opened it
        os.fsync(self._descriptor)
        size = os.fstat(self._descriptor).st_size
        os.close(self._descriptor)
        self._descriptor = None
        self._describe(attributes)
        os.link(self._part, self._final)
        self._linked = True
        self._part.unlink()
        sync_folder(self._final.parent)
        return size

    def give_up(self) -> None:
        """Leave nothing behind."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._part.unlink(missing_ok=True)
        if self._linked:
            self._final.unlink(missing_ok=True)
        if self._described:
            attributes_path(self._final).unlink(missing_ok=True)
            sync_folder(self._final.parent)

    def _describe(self, attributes: bytes) -> None:
        descriptor = os.open(attributes_path(self._final), _CREATE, 0o640)
        self._described = True
        try:
            _write_all(descriptor, attributes)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _create(self) -> int:
        try:
            return os.open(self._part, _CREATE, 0o640)
        except FileNotFoundError:
            make_folders(self._part.parent)
            return os.open(self._part, _CREATE, 0o640)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def object_name(name: str) -> str | None:
    """The object's name behind a hidden file's name; None for other files."""
    if name.startswith(".") and name.endswith(_PART):
        return name[1 : -len(_PART)].rpartition(".")[0]
    if name.startswith(".") and name.endswith(SUFFIX):
        return name[1 : -len(SUFFIX)]
    return None


def make_folders(folder: Path) -> None:
    """Make missing folders so that they outlast a crash."""
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        try:
            each.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as file:
            # Not the key is taken: the folder's place is.
            raise NotADirectoryError(errno.ENOTDIR, "not a folder") from file
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
