"""What the servers do with requests that never reach a handler, and with clients that go away."""

import asyncio
import io
import json
import logging

import pytest

from audiolib.entrypoints.config.logs import JsonFormatter, TextFormatter, fields_of
from audiolib.entrypoints.http.gateway_assertion import ASSERTION, GatewayAssertions
from tests.e2e.stack import until
from tests.security.site import ANN, INTERNAL_KEY, Site

PATIENCE = 5.0
BODY = b'{"text": "x", "voice": "tone", "audio_url": "/temp/a.wav"}'


async def send(base: str, data: bytes) -> tuple[int, dict[str, str], bytes]:
    host, _, port = base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


@pytest.mark.parametrize(
    "line",
    [
        "FOO /audio-library HTTP/1.1",
        "GET /\\ HTTP/1.1x",
        "GET http://[::1 HTTP/1.1",
        "GET / HTTP/3.0",
    ],
)
async def test_malformed_requests_are_problem_details(site: Site, line: str) -> None:
    for base in (site.gateway, site.stack.library, site.stack.generator):
        status, headers, body = await send(base, f"{line}\r\nHost: x\r\n\r\n".encode())
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert json.loads(body)["code"] == "malformed_request"
        assert "server" not in headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["connection"] == "close"


async def test_assertion_covers_the_body(site: Site) -> None:
    """One that was seen on the wire saves nothing else."""
    sign = GatewayAssertions(keys=[INTERNAL_KEY], now=site.now).sign
    headers = {
        "x-customer-id": ANN.customer_id,
        "x-user-id": ANN.user_id,
        "content-type": "application/json",
        ASSERTION: sign(ANN, "POST", "/audio-library", BODY),
    }
    for body, expected in (
        (BODY, 422),  # there is no such temp file
        (BODY.replace(b"a.wav", b"b.wav"), 401),
        (BODY + b" ", 401),
        (b"{}", 401),
        (b"", 401),
    ):
        answer = await site.call(
            "POST", "/audio-library", headers, data=io.BytesIO(body), base=site.stack.library
        )
        assert answer.status == expected, (body, answer.body)
    empty = headers | {ASSERTION: sign(ANN, "POST", "/audio-library")}
    answer = await site.call("POST", "/audio-library", empty, base=site.stack.library)
    assert answer.status == 400


async def test_access_log_names_tenant_key_bytes_and_peer(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    key = await site.api_key()
    key_id = key["X-API-Key"].split("_")[1]
    with caplog.at_level(logging.INFO, logger="audiolib.access"):
        saved = await site.saved(key)
        audio = await site.call("GET", f"/audio-library/{saved['id']}/audio", key)
        await site.call("GET", "/audio-library", {"X-API-Key": "alk_x"})
    found = [fields_of(record) for record in caplog.records if record.name == "audiolib.access"]
    size = len(audio.body)
    common = {"bytes": size, "tenant": "acme/ann", "peer": "127.0.0.1", "status": 200}
    for expected in (
        {"route": "/audio-library/{rest}", "key": key_id, **common},
        {"route": "/audio-library/{id}/audio", "key": "-", **common},
        {"status": 401, "tenant": "-", "key": "-", "peer": "127.0.0.1"},
        {"method": "POST", "route": "/api/generate", "status": 201, "tenant": "acme/ann"},
    ):
        assert [fields for fields in found if expected.items() <= fields.items()], expected
    assert all(fields["duration_ms"] > 0 for fields in found)
    lines = [TextFormatter("%(message)s").format(record) for record in caplog.records]
    lines += [JsonFormatter().format(record) for record in caplog.records]
    secret = key["X-API-Key"].split("_")[2]
    assert not any(secret in line for line in lines)


@pytest.mark.parametrize("cut", ["in the body", "before the answer", "in the answer"])
async def test_clients_that_go_away_are_no_errors(
    site: Site, caplog: pytest.LogCaptureFixture, cut: str
) -> None:
    key = await site.api_key()
    saved = await site.saved(key)
    name = key["X-API-Key"].encode()
    head = b"POST /audio/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"X-API-Key: " + name + b"\r\nContent-Length: 1000\r\n\r\n"
    requests = {
        "in the body": head + b"{",
        "before the answer": head + b'{"text": "x", "voice": "tone"}'.ljust(1000),
        "in the answer": f"GET /audio-library/{saved['id']}/audio HTTP/1.1\r\nHost: x\r\n".encode()
        + b"X-API-Key: "
        + name
        + b"\r\n\r\n",
    }
    host, _, port = site.gateway.removeprefix("http://").partition(":")
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(requests[cut])
            await writer.drain()
            assert writer.transport is not None
            writer.transport.abort()

        async def is_active() -> bool:
            return (await site.call("GET", "/audio-library", key)).status == 200

        await until(is_active, "the gateway answers")
    loud = [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]
    assert [r.getMessage() for r in loud if r.name.startswith(("audiolib", "aiohttp"))] == []
