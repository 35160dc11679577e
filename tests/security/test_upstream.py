"""What the gateway answers when the services behind it don't, or not well."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.domain.model.access import Scope
from audiolib.entrypoints.bootstrap.gateway_container import build_gateway_container
from audiolib.entrypoints.config.groups import ConnectionSettings
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway.app import create_gateway
from audiolib.entrypoints.gateway.app_keys import API_KEYS
from audiolib.entrypoints.http.server import bind_socket, listen, url_of
from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import proxied
from tests.security.site import ANN

Gateway = tuple[str, dict[str, str]]


@asynccontextmanager
async def gateway_before(upstream: str, folder: Path, **settings: str) -> AsyncIterator[Gateway]:
    """Its address, and a key."""
    environment = {"DATA_DIR": str(folder), "ASSET_SERVICE_URL": upstream, **settings}
    read = Settings.read(environment)
    app = create_gateway(build_gateway_container(read), read)
    async with TestServer(app) as server:
        _, token = await app[API_KEYS].create(ANN, Scope.WRITE)
        yield str(server.make_url("")).rstrip("/"), {"X-API-Key": token.to_string()}


async def asked(
    gateway: Gateway, path: str = "/audio-library"
) -> tuple[int, str | None, dict[str, str]]:
    url, key = gateway
    async with aiohttp.ClientSession() as http, http.get(url + path, headers=key) as answer:
        body = await answer.json(content_type=None)
        return answer.status, body.get("code"), dict(answer.headers)


async def test_nobody_there_is_a_502(tmp_path: Path) -> None:
    async with gateway_before("http://127.0.0.1:9", tmp_path) as gateway:
        status, code, headers = await asked(gateway)
        assert (status, code) == (502, "upstream_unavailable")
        assert headers["Retry-After"]
        assert (await asked(gateway, "/health/ready"))[0] == 503


@pytest.mark.parametrize(
    ("toxic", "expected"),
    [
        (Toxic(cut_after=0, reset=True), (502, "upstream_unavailable")),
        (Toxic(cut_after=0), (502, "upstream_unavailable")),
        (Toxic(timeout=60), (504, "upstream_timeout")),
        (Toxic(cut_after=20), (502, "upstream_unavailable")),
    ],
    ids=["reset", "closed", "silent", "half a header"],
)
async def test_a_bad_answer_is_told(
    tmp_path: Path, toxic: Toxic, expected: tuple[int, str]
) -> None:
    async def well(_: web.Request) -> web.Response:
        return web.json_response({"success": True, "assets": []})

    async with (
        upstream(well) as (_, port),
        proxied(port) as proxy,
        gateway_before(f"http://127.0.0.1:{proxy.port}", tmp_path, UPSTREAM_TIMEOUT="1") as gateway,
    ):
        assert (await asked(gateway))[0] == 200
        proxy.poison(to_client=toxic)
        assert (await asked(gateway))[:2] == expected
        proxy.poison()
        assert (await asked(gateway))[0] == 200


async def test_a_body_that_breaks_off_never_looks_whole(tmp_path: Path) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 500)
        assert request.transport is not None
        request.transport.close()
        return response

    async with upstream(half) as (url, _), gateway_before(url, tmp_path) as gateway:
        base, key = gateway
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.ClientError):
                async with http.get(f"{base}/audio-library", headers=key) as answer:
                    await answer.read()


async def test_a_service_that_does_not_know_the_gateway_is_no_fault_of_the_client(
    tmp_path: Path,
) -> None:
    async def stranger(_: web.Request) -> web.Response:
        return web.json_response({"code": "unauthenticated"}, status=401)

    async with upstream(stranger) as (url, _), gateway_before(url, tmp_path) as gateway:
        assert (await asked(gateway))[:2] == (502, "upstream_unavailable")


async def test_only_what_concerns_the_connection_is_dropped(tmp_path: Path) -> None:
    seen = []

    async def look(request: web.Request) -> web.Response:
        seen.append(request.headers)
        headers = {"Connection": "X-Hop", "X-Hop": "1", "X-End": "2", "Keep-Alive": "timeout=5"}
        return web.json_response({}, headers=headers | {"Server": "secret/1.0"})

    async with upstream(look) as (url, _), gateway_before(url, tmp_path) as (base, key):
        more = {"X-Unknown": "1", "Accept": "audio/wav", "Range": "bytes=0-1", "Cookie": "a=b"}
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{base}/audio-library", headers=key | more) as answer,
        ):
            told = answer.headers
    assert told["X-End"] == "2"
    assert not {"X-Hop", "Keep-Alive", "Server"} & set(told)
    (headers,) = seen
    assert (headers["Accept"], headers["Range"]) == ("audio/wav", "bytes=0-1")
    assert headers["x-customer-id"] == "acme"
    assert not {"X-Unknown", "Cookie", "X-API-Key", "Authorization"} & set(headers)


async def test_an_upload_that_stands_still_is_a_408(tmp_path: Path) -> None:
    async def read(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({})

    async with upstream(read) as (url, _):
        settings = Settings.read({"DATA_DIR": str(tmp_path), "ASSET_SERVICE_URL": url})
        app = create_gateway(build_gateway_container(settings), settings)
        limits = ConnectionSettings(body_timeout=0.5)
        with bind_socket("127.0.0.1", 0) as listener:
            async with listen(app, listener, limits, patience=1):
                _, token = await app[API_KEYS].create(ANN, Scope.WRITE)
                host, _, port_text = url_of(listener).removeprefix("http://").partition(":")
                reader, writer = await asyncio.open_connection(host, int(port_text))
                writer.write(
                    b"POST /audio-library HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                    b"X-API-Key: %s\r\n\r\n{" % token.to_string().encode()
                )
                async with asyncio.timeout(10):
                    answer = await reader.readline()
                writer.close()
                await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408 ")


@asynccontextmanager
async def upstream(handler: Callable[..., object]) -> AsyncIterator[tuple[str, int]]:
    """A service that answers everything so."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)  # type: ignore[arg-type]
    async with TestServer(app) as server:
        assert server.port is not None
        yield str(server.make_url("")).rstrip("/"), server.port
