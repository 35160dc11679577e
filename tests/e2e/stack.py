"""The whole product on real sockets: a generator, the asset service, and a client of both."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import attrs
from aiohttp import web
from tests.generators import generator_app

from audiolib.domain.model.identifiers import TempName
from audiolib.entrypoints.asset_service.app import create_app
from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.server import bind_socket, listen, url_of
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore
from audiolib.ports.speech_synthesizer import SpeechSynthesizer

ANN = {"x-customer-id": "acme", "x-user-id": "ann"}
PATIENCE = 20.0


@attrs.frozen(kw_only=True)
class Stack:
    """`library` and `generator` are base URLs; `folder` is the generator's."""

    http: aiohttp.ClientSession
    library: str
    generator: str
    folder: Path
    container: Container
    settings: Settings

    async def generate(self, text: str = "Hello world") -> dict[str, Any]:
        body = {"text": text, "voice": "tone"}
        async with self.http.post(f"{self.generator}/api/generate", json=body) as answer:
            assert answer.status == 201, await answer.text()
            spoken: dict[str, Any] = await answer.json()
            return spoken

    async def save(
        self,
        audio_url: str,
        *,
        headers: Mapping[str, str] = ANN,
        text: str = "Hello world",
        **fields: Any,
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        body = {"text": text, "voice": "tone", "audio_url": audio_url, **fields}
        async with self.http.post(
            f"{self.library}/audio-library", json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers

    async def saved(self, text: str = "Hello world", **fields: Any) -> dict[str, Any]:
        spoken = await self.generate(text)
        status, body, _ = await self.save(spoken["audio_url"], text=text, **fields)
        assert status == 201, body
        return body

    async def get(
        self, path: str, *, headers: Mapping[str, str] = ANN, method: str = "GET"
    ) -> tuple[int, bytes, Mapping[str, str]]:
        async with self.http.request(method, f"{self.library}{path}", headers=headers) as answer:
            return answer.status, await answer.read(), answer.headers

    def temp_file(self, name: str, data: bytes) -> str:
        """Put a file at the generator. Returns: its audio_url."""
        path = self.folder / str(TempName(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return f"/temp/{name}"

    def temp_path(self, audio_url: str) -> Path:
        return self.folder / audio_url.rpartition("/")[2]

    async def store(self) -> ObjectStore:
        return await resolve(self.container.store())

    async def repo(self) -> MetadataRepo:
        return await resolve(self.container.repo())


@asynccontextmanager
async def running_stack(
    environment: Mapping[str, str], tmp_path: Path, synthesizer: SpeechSynthesizer | None = None
) -> AsyncIterator[Stack]:
    folder = tmp_path / "temp"
    given = Settings.read(environment)
    app = generator_app(
        folder,
        synthesizer,
        given.speaking,
        temp_file_ttl=given.temp_file_ttl,
        tokens=given.trust.generator_tokens,
    )
    async with _listen(app, given, cancel_abandoned=True) as base:
        settings = Settings.read(
            {
                "AUDIO_GENERATION_SERVICE_URL": base,
                "DATA_DIR": str(tmp_path / "data"),
                "CLEANUP_INTERVAL": "0.2",
                "RECOVER_INTERVAL": "0.2",
                "STALL_TIMEOUT": "2",
                "MAX_AUDIO_BYTES": str(20 * 1024 * 1024),
                # Races are about what is saved; tests/security/ is about what is let in.
                "MAX_SAVES": "200",
                "MAX_SAVES_PER_TENANT": "200",
                **environment,
            }
        )
        async with _asset_service(settings) as (library, made), aiohttp.ClientSession() as http:
            yield Stack(
                http=http,
                library=library,
                generator=base,
                folder=folder,
                container=made,
                settings=settings,
            )


@asynccontextmanager
async def _listen(
    app: web.Application, settings: Settings, *, cancel_abandoned: bool = False
) -> AsyncIterator[str]:
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        async with listen(
            app, listener, settings.connections, patience=1, cancel_abandoned=cancel_abandoned
        ):
            yield url_of(listener)


@asynccontextmanager
async def _asset_service(settings: Settings) -> AsyncIterator[tuple[str, Container]]:
    # Links to embedded audio name the service's own address, so it is bound first.
    with closing(bind_socket("127.0.0.1", 0)) as listener:
        settings = attrs.evolve(settings, public_url=settings.public_url or url_of(listener))
        container = build_container(settings)
        async with listen(
            create_app(container, settings), listener, settings.connections, patience=1
        ):
            yield url_of(listener), container


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    """Await a condition, with a deadline."""
    deadline = time.monotonic() + PATIENCE
    while not await true():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        await asyncio.sleep(0.02)
