"""Every adapter keeps the contract of the port TempFileStore."""

from pathlib import Path

import pytest

from audiolib.adapters.filesystem.temp_file_store import FilesystemTempFileStore
from audiolib.adapters.memory import MemoryTempFileStore
from audiolib.ports.temp_file_store import TempFileStore
from audiolib.testing import FakeClock
from audiolib.testing.contracts import TempFileStoreContract


class TestTempFileStore(TempFileStoreContract):
    @pytest.fixture(params=["memory", "filesystem"])
    def temp_files(self, request: pytest.FixtureRequest, tmp_path: Path) -> TempFileStore:
        if request.param == "memory":
            return MemoryTempFileStore(now=FakeClock())
        return FilesystemTempFileStore(tmp_path / "temp")
