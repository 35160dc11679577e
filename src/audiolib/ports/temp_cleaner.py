"""Port: deletes temp files at the generator."""

from abc import abstractmethod
from typing import Protocol

from audiolib.domain.model.temp_file import TempFile


class TempCleaner(Protocol):
    """Every adapter passes `audiolib.testing.contracts.TempCleanerContract`."""

    @abstractmethod
    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        """Delete a temp file; one that is gone already is success.

        With an etag only the file that had it is deleted: a newer one is left alone.

        Raises:
            CleanupRefusedError: the generator will never do it, or the file is a newer one.
            SourceUnavailableError: no answer, or a failure that may pass.
        """
