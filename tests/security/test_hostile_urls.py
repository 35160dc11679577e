"""Whatever an audio_url names, nobody is asked for it but the generator."""

import asyncio
import secrets
import socket
from typing import Any

import pytest

from audiolib.adapters.http.session import PinnedConnector
from tests.security.hostile_urls import URLS
from tests.security.site import Site


def test_the_table_is_whole() -> None:
    assert len({url for url, _ in URLS}) == len(URLS) >= 80


async def test_every_hostile_url_is_refused_and_nothing_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = PinnedConnector.connect

    async def connect(self: PinnedConnector, req: Any, *more: Any) -> Any:
        asked.append(str(req.url))
        return await real(self, req, *more)

    def look_up(*names: object, **_: object) -> list[object]:
        asked.append(names)
        raise OSError("nobody may be looked up")

    async def look_up_too(*names: object, **_: object) -> list[object]:
        return look_up(*names)

    monkeypatch.setattr(PinnedConnector, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up_too)
    key = await site.api_key()
    told = {}
    for url, code in URLS:
        body = {
            "text": "x",
            "voice": "tone",
            "audio_url": url.replace("{base}", site.stack.generator),
            "idempotency_key": secrets.token_hex(8),
        }
        answer = await site.call("POST", "/audio-library", key, json=body)
        while answer.status == 429:
            await asyncio.sleep(float(answer.headers["Retry-After"]) / 20)
            answer = await site.call("POST", "/audio-library", key, json=body)
        told[url] = (answer.status, answer.json["code"])
        if code == "forbidden_source":
            assert site.stack.generator not in answer.json["detail"]
    assert told == {url: (422, code) for url, code in URLS}
    assert asked == []
    listed = await site.call("GET", "/audio-library", key)
    assert listed.json["assets"] == []


async def test_the_generators_own_are_let_through(site: Site) -> None:
    key = await site.api_key()
    body = {"text": "x", "voice": "tone"}
    for prefix in ("", site.stack.generator):
        spoken = await site.call(
            "POST", "/audio/generate", key, json={"text": "x", "voice": "tone"}
        )
        named = body | {"audio_url": prefix + spoken.json["audio_url"]}
        assert (await site.call("POST", "/audio-library", key, json=named)).status == 201
