"""The whole product with authentication: gateway, asset service, generator."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from aiohttp import web
from yarl import URL

from audiolib import Tenant
from audiolib.domain.model.access import Scope
from audiolib.entrypoints.bootstrap.gateway_container import build_gateway_container
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway.app import create_gateway
from audiolib.entrypoints.gateway.app_keys import API_KEYS
from audiolib.entrypoints.http.server import bind_socket, listen, url_of
from audiolib.ports.speech_synthesizer import SpeechSynthesizer
from tests.e2e.stack import Stack, running_stack

INTERNAL_KEY, GENERATOR_TOKEN = "i" * 40, "g" * 40
TRUST = {"INTERNAL_KEY": INTERNAL_KEY, "GENERATOR_TOKEN": GENERATOR_TOKEN}
ANN = Tenant(customer_id="acme", user_id="ann")


@attrs.frozen(kw_only=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any


@attrs.frozen(kw_only=True)
class Site:
    """`gateway` is its base URL."""

    stack: Stack
    gateway: str
    app: web.Application

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    async def api_key(
        self, tenant: Tenant = ANN, scope: Scope = Scope.WRITE, **more: Any
    ) -> dict[str, str]:
        """A new key. Returns: the header with it."""
        _, token = await self.app[API_KEYS].create(tenant, scope, **more)
        return {"X-API-Key": token.to_string()}

    async def call(
        self, method: str, path: str, headers: Any = None, *, base: str | None = None, **more: Any
    ) -> Answer:
        """A request to the gateway, or to `base`; the path is sent as it is."""
        url = URL((base or self.gateway) + path, encoded=True)
        async with self.stack.http.request(
            method, url, headers=headers, allow_redirects=False, **more
        ) as answer:
            body = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "") and body
            return Answer(
                status=answer.status,
                headers=answer.headers,
                body=body,
                json=await answer.json(content_type=None) if is_json else None,
            )

    async def saved(self, headers: Mapping[str, str], text: str = "Hello") -> dict[str, Any]:
        """Generated and saved through the gateway. Returns: the answer's body."""
        body = {"text": text, "voice": "tone"}
        spoken = await self.call("POST", "/audio/generate", headers, json=body)
        assert spoken.status == 201, spoken
        body["audio_url"] = spoken.json["audio_url"]
        saved = await self.call("POST", "/audio-library", headers, json=body)
        assert saved.status == 201, saved
        return dict(saved.json)


@asynccontextmanager
async def running_site(
    environment: Mapping[str, str], tmp_path: Path, synthesizer: SpeechSynthesizer | None = None
) -> AsyncIterator[Site]:
    listener = bind_socket("127.0.0.1", 0)
    environment = {**TRUST, "PUBLIC_URL": url_of(listener), **environment}
    async with running_stack(environment, tmp_path, synthesizer) as stack:
        settings = Settings.read(
            {
                **environment,
                "DATA_DIR": str(stack.settings.data_dir),
                "ASSET_SERVICE_URL": stack.library,
                "AUDIO_GENERATION_SERVICE_URL": stack.generator,
            }
        )
        app = create_gateway(build_gateway_container(settings), settings)
        async with listen(
            app, listener, settings.gateway_connections, patience=1, cancel_abandoned=True
        ):
            yield Site(stack=stack, gateway=url_of(listener), app=app)
