"""For generators without a cleanup endpoint."""

from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.temp_cleaner import TempCleaner


class NoTempCleaner(TempCleaner):
    """Does nothing: the generator gets rid of its temp files itself."""

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        """Counts as done."""
