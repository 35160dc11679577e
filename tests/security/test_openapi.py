"""The documents say what the services do: every route, no other, and no surprising answer."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from audiolib.entrypoints.asset_service.app import create_app
from audiolib.entrypoints.bootstrap.gateway_container import build_gateway_container
from audiolib.entrypoints.bootstrap.library_container import build_container
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway import app_keys as keys
from audiolib.entrypoints.gateway.app import create_gateway
from audiolib.testing import wav
from tests.generators import generator_app
from tests.security.site import ANN, GENERATOR_TOKEN, Site, running_site
from tests.stores import EMBEDDED

SHOWN = "AUDIOLIB_TEST_SCHEMATHESIS_SHOWN" in os.environ
EXAMPLES = os.environ.get("AUDIOLIB_TEST_SCHEMATHESIS_EXAMPLES", "8")


def apps(tmp_path: Path) -> dict[str, web.Application]:
    settings = Settings.read({"DATA_DIR": str(tmp_path)})
    return {
        "asset_service": create_app(build_container(settings), settings),
        "gateway": create_gateway(build_gateway_container(settings), settings),
        "generator": generator_app(tmp_path),
    }


def routes(app: web.Application) -> set[tuple[str, str]]:
    return {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical != "/openapi.json"
    }


async def documented(app: web.Application) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    (handler,) = (
        route.handler
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical == "/openapi.json"
    )
    document = json.loads((await handler(None)).body)  # type: ignore[arg-type, union-attr]
    return document, {(m, path) for path, item in document["paths"].items() for m in item}


@pytest.mark.parametrize("name", ["asset_service", "generator"])
async def test_every_route_is_in_the_document(tmp_path: Path, name: str) -> None:
    app = apps(tmp_path)[name]
    assert (await documented(app))[1] == routes(app)


async def test_the_gateway_documents_what_is_behind_it(tmp_path: Path) -> None:
    made = apps(tmp_path)
    behind = {(m, p) for m, p in routes(made["asset_service"]) if not p.startswith("/health")}
    own = {("get", "/health/live"), ("get", "/health/ready"), ("post", "/audio/generate")}
    assert (await documented(made["gateway"]))[1] == behind | own


NO_ASSET = "018bcfe5-6800-7000-8000-000000000000"


@pytest.mark.parametrize("name", ["gateway", "asset_service", "generator"])
async def test_undeclared_methods_are_a_405(site: Site, name: str) -> None:
    """Without a body: schemathesis' own check sends one, which is a 400 on most of them."""
    base = {
        "gateway": site.gateway,
        "asset_service": site.stack.library,
        "generator": site.stack.generator,
    }[name]
    token = {"Authorization": f"Bearer {GENERATOR_TOKEN}"}
    declared = (await site.call("GET", "/openapi.json", token, base=base)).json["paths"]
    for path, operations in declared.items():
        if name == "gateway" and path.startswith("/audio-library"):
            continue  # passed on, to be answered by the asset service
        filled = (
            path.replace("{id}", NO_ASSET).replace("{key}", "a/b").replace("{filename}", "a.wav")
        )
        for method in {"get", "post", "put", "patch", "delete", "trace"} - operations.keys():
            answer = await site.call(method.upper(), filled, token, base=base)
            assert (answer.status, answer.json["code"]) == (405, "method_not_allowed"), (
                method,
                path,
            )


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Site]:
    """Limits, and the assertion between services, are out of the way: it is about documents."""
    wide = {"WRITE_RATE": "100000", "READ_RATE": "100000", "MAX_SAVES_PER_TENANT": "1000"}
    wide["CLEANUP_TEMP_AUDIO"] = "false"
    wide["INTERNAL_KEY"] = ""
    async with running_site({**EMBEDDED, **wide}, tmp_path) as site:
        # Those who try without a key would soon be slowed down.
        site.app[keys.FAILURES]._burst = 1_000_000
        saved = await site.saved(await site.api_key())
        site.stack.temp_file("kept.wav", wav(0.1))
        (tmp_path / "schemathesis.toml").write_text(
            f"""[parameters]
"path.id" = "{saved["id"]}"
"path.key" = "{saved["storage"]["key"]}"
"path.filename" = "kept.wav"
"""
        )
        yield site


@pytest.mark.parametrize("name", ["gateway", "asset_service", "generator"])
@pytest.mark.timeout(900)
async def test_no_answer_surprises(busy: Site, name: str, tmp_path: Path) -> None:
    """Requests are made from the document, good ones and bad ones; answers are held against it."""
    base = {
        "gateway": busy.gateway,
        "asset_service": busy.stack.library,
        "generator": busy.stack.generator,
    }[name]
    headers = {
        "gateway": [f"X-API-Key: {(await busy.api_key())['X-API-Key']}"],
        "asset_service": [f"x-customer-id: {ANN.customer_id}", f"x-user-id: {ANN.user_id}"],
        "generator": [f"Authorization: Bearer {GENERATOR_TOKEN}"],
    }[name]
    checks = ["not_a_server_error", "status_code_conformance", "content_type_conformance"]
    checks += ["response_schema_conformance"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json"),
        *(part for header in headers for part in ("-H", header)),
        *("--checks", ",".join(checks), "--max-examples", EXAMPLES, "--seed", "1"),
        *("--phases", "examples,coverage,fuzzing", "--no-color", "--generation-database", "none"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if SHOWN:
        sys.stdout.write(said.decode())
    assert process.returncode == 0, said.decode()[-6000:]
