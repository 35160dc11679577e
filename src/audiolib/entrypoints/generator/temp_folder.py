"""The generator's temp files on disk."""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import attrs

from audiolib.domain.model.identifiers import TempName
from audiolib.entrypoints.http.problem_details import PreconditionFailedError

_PART = ".part"


@attrs.frozen
class TempFolder:
    """Plain files in one folder; names are validated before they come here. All methods block."""

    root: Path

    def new_name(self) -> TempName:
        """A name that can't be guessed: who can name a temp file can save it."""
        return TempName(f"audio_{secrets.token_hex(16)}.wav")

    def part(self, name: TempName) -> Path:
        """Where a file is written before it is complete."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.root / f".{name}{_PART}"

    def publish(self, name: TempName) -> None:
        """Let the complete file appear under its name."""
        self.part(name).rename(self.root / str(name))

    def find(self, name: TempName) -> Path | None:
        """The file's path; None for what is missing or is no plain file of one name."""
        path = self.root / str(name)
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        return path if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 else None

    def delete(self, name: TempName, *, if_match: str | None) -> bool:
        """Returns: whether there was such a file. Raises: PreconditionFailedError, if another
        file than `if_match` names has taken its place."""
        path = self.find(name)
        if path is None:
            return False
        if if_match is not None and if_match not in ("*", etag_of(path.lstat())):
            raise PreconditionFailedError(f"{name} is another file by now")
        path.unlink(missing_ok=True)
        return True

    def size(self) -> int:
        """Bytes of all files, unfinished ones included."""
        return sum(found.st_size for _, found in self._files())

    def sweep(self, *, older_than: float) -> int:
        """Delete what has lain longer than that many seconds, unfinished files included.

        Returns: how many files.
        """
        swept, now = 0, time.time()
        for path, found in self._files():
            if now - found.st_mtime > older_than:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for entry in list(os.scandir(self.root)) if self.root.exists() else []:
            try:
                if entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # saved and deleted meanwhile


def etag_of(found: os.stat_result) -> str:
    """As aiohttp's FileResponse has it."""
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
