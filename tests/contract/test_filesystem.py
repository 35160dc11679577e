"""The filesystem adapter keeps its port's contract."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.entrypoints.asset_service.app_keys import LIBRARY, LINK_SECRETS, SETTINGS, STREAMS
from audiolib.entrypoints.asset_service.routes.audio import follow_link
from audiolib.entrypoints.bootstrap.clock import utc_now
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.problem_details import problems
from audiolib.testing import in_memory_library
from audiolib.testing.contracts import ObjectStoreContract

SECRET = b"secret"
PUBLIC_URL = "http://library.test"


class TestFilesystemObjectStore(ObjectStoreContract):
    part_size = 1024 * 1024

    @pytest.fixture
    async def store(self, tmp_path: Path) -> FilesystemObjectStore:
        self._store = FilesystemObjectStore(
            root=tmp_path / "objects",
            public_url=PUBLIC_URL,
            secret=SECRET,
            now=utc_now,
            new_token=lambda: secrets.token_hex(8),
        )
        return self._store

    async def fetch(self, url: str) -> tuple[int, bytes, Mapping[str, str]]:
        """By the asset service's own route, over a real socket."""
        app = web.Application(middlewares=[problems])
        library = in_memory_library()
        app[LIBRARY] = attrs.evolve(
            library,
            listen=ListenToAudio(library=library.browse, store=self._store),
            ports=attrs.evolve(library.ports, store=self._store),
        )
        app[SETTINGS] = Settings.read({})
        app[LINK_SECRETS] = lambda: [SECRET]
        app[STREAMS] = LoadShedder("downloads", most=99, most_per_tenant=99)
        app.router.add_get("/files/{key:.+}", follow_link)
        async with TestClient(TestServer(app)) as client:
            target = URL(url.removeprefix(PUBLIC_URL), encoded=True)
            async with client.get(target) as response:
                return response.status, await response.read(), response.headers
