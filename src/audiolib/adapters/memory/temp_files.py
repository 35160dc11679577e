"""A generator's temp folder in memory."""

import hashlib

from audiolib.domain.model.temp_file import TempFile


class MemoryTempFiles:
    """Temp files by base and name; `chunk_size` is how many bytes a reader gets at once."""

    def __init__(self, *, chunk_size: int = 64 * 1024) -> None:
        self.files: dict[TempFile, bytes] = {}
        self.chunk_size = chunk_size

    def etag(self, temp_file: TempFile) -> str:
        return f'"{hashlib.sha256(self.files[temp_file]).hexdigest()[:32]}"'
