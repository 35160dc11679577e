"""The filesystem adapter keeps its port's contract."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import pytest

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.domain.model.clock import utc_now
from audiolib.testing.contracts import ObjectStoreContract


class TestFilesystemObjectStore(ObjectStoreContract):
    part_size = 1024 * 1024

    @pytest.fixture
    async def store(self, tmp_path: Path) -> FilesystemObjectStore:
        return FilesystemObjectStore(
            root=tmp_path / "objects",
            public_url="http://library.test",
            secret=b"secret",
            now=utc_now,
            new_token=lambda: secrets.token_hex(8),
        )

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        """By the asset service's own route, over a real socket."""
        raise NotImplementedError
