"""A temp cleaner in memory."""

from audiolib.adapters.memory.temp_files import MemoryTempFiles
from audiolib.domain.model.errors import CleanupRefusedError
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.temp_cleaner import TempCleaner


class MemoryTempCleaner(TempCleaner):
    """Deletes temp files from memory."""

    def __init__(self, temp_files: MemoryTempFiles) -> None:
        self._temp = temp_files

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        if temp_file not in self._temp.files:
            return
        if etag is not None and etag != self._temp.etag(temp_file):
            raise CleanupRefusedError(f"{temp_file.name} is a newer file by now")
        del self._temp.files[temp_file]
