"""The generator's temp files on disk."""

import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import attrs

from audiolib.domain.model.naming import TempName
from audiolib.entrypoints.problem import PreconditionFailedError

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
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root / f".{name}{_PART}"

    def publish(self, name: TempName) -> None:
        """Let the complete file appear under its name."""
        self.part(name).rename(self.root / str(name))

    def find(self, name: TempName) -> Path | None:
        """The file's path; None for what is missing or is no plain file."""
        path = self.root / str(name)
        try:
            return path if stat.S_ISREG(path.lstat().st_mode) else None
        except FileNotFoundError:
            return None

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

    def sweep(self, *, older_than: float) -> int:
        """Delete what has lain longer than that many seconds, unfinished files included.

        Returns: how many files.
        """
        swept = 0
        for path, age in self._ages():
            if age > older_than:
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _ages(self) -> Iterator[tuple[Path, float]]:
        if self.root.exists():
            now = time.time()
            for entry in list(os.scandir(self.root)):
                if entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), now - entry.stat(follow_symlinks=False).st_mtime


def etag_of(found: os.stat_result) -> str:
    """As aiohttp's FileResponse has it."""
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
