"""What goes through the gateway, and what doesn't."""

import asyncio
import io
import json
import re

import pytest
from yarl import URL

from audiolib import Tenant
from audiolib.domain.model.access import Scope
from audiolib.entrypoints.config.logs import fields_of
from audiolib.entrypoints.gateway.app_keys import API_KEYS, DRAINING
from audiolib.entrypoints.http.request_id import with_request_id
from tests.security.site import ANN, Site


async def test_generate_save_and_listen_through_one_origin(site: Site) -> None:
    key = await site.api_key()
    saved = await site.saved(key)
    path = f"/audio-library/{saved['id']}"
    assert saved["storage"]["url"].startswith(f"{site.gateway}/files/acme/ann/audio/")
    whole = await site.call("GET", f"{path}/audio", key)
    link = await site.call("GET", saved["storage"]["url"].removeprefix(site.gateway))
    assert whole.body == link.body
    assert whole.body.startswith(b"RIFF")
    assert [a["id"] for a in (await site.call("GET", "/audio-library", key)).json["assets"]] == [
        saved["id"]
    ]
    fresh = await site.call("GET", f"{path}/url?expires_in=60", key)
    again = await site.call("GET", fresh.json["url"].removeprefix(site.gateway))
    assert again.body == whole.body


async def test_ranges_conditions_and_head_pass_unchanged(site: Site) -> None:
    key = await site.api_key()
    path = f"/audio-library/{(await site.saved(key))['id']}/audio"
    whole = await site.call("GET", path, key)
    part = await site.call("GET", path, key | {"Range": "bytes=4-7"})
    assert (part.status, part.body) == (206, whole.body[4:8])
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(whole.body)}"
    etag = whole.headers["ETag"]
    assert (await site.call("GET", path, key | {"If-None-Match": etag})).status == 304
    other = await site.call("GET", path, key | {"Range": "bytes=4-7", "If-Range": '"x"'})
    assert (other.status, other.body) == (200, whole.body)
    beyond = await site.call("GET", path, key | {"Range": "bytes=99999999-"})
    assert beyond.status == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.body)}"
    head = await site.call("HEAD", path, key)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Length", "ETag", "Accept-Ranges", "Content-Disposition", "Content-Type"):
        assert head.headers[name] == whole.headers[name]


async def test_a_replay_is_told_as_such(site: Site) -> None:
    key = await site.api_key()
    body = {"text": "Hello", "voice": "tone"}
    spoken = await site.call("POST", "/audio/generate", key, json=body)
    body["audio_url"] = spoken.json["audio_url"]
    named = key | {"Idempotency-Key": '"one"'}
    first = await site.call("POST", "/audio-library", named, json=body)
    again = await site.call("POST", "/audio-library", named, json=body)
    assert (first.status, again.status) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json["id"] == first.json["id"]
    other = await site.call("POST", "/audio-library", named, json=body | {"title": "x"})
    assert (other.status, other.json["code"]) == (422, "idempotency_conflict")


async def test_scopes_decide(site: Site) -> None:
    writer, reader = await site.api_key(), await site.api_key(scope=Scope.READ)
    saved = await site.saved(writer)
    assert (await site.call("GET", f"/audio-library/{saved['id']}", reader)).status == 200
    assert (await site.call("HEAD", f"/audio-library/{saved['id']}/audio", reader)).status == 200
    for path, body in (("/audio-library", {}), ("/audio/generate", {"text": "x"})):
        refused = await site.call("POST", path, reader, json=body)
        assert (refused.status, refused.json["code"]) == (403, "forbidden")
    for method in ("PUT", "PATCH", "DELETE"):
        refused = await site.call(method, f"/audio-library/{saved['id']}", reader)
        assert refused.status == 403


async def test_a_revoked_or_expired_key_works_no_more(site: Site) -> None:
    key = await site.api_key()
    assert (await site.call("GET", "/audio-library", key)).status == 200
    ring = site.app[API_KEYS]
    (stored,) = await ring.page()
    assert await ring.revoke(stored.id)
    refused = await site.call("GET", "/audio-library", key)
    assert (refused.status, refused.json["code"]) == (401, "unauthenticated")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="audiolib", error="invalid_token"'


async def test_a_bearer_is_as_good_as_the_header(site: Site) -> None:
    token = (await site.api_key())["X-API-Key"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = await site.call("GET", "/audio-library", {"Authorization": f"{scheme} {token}"})
        assert answer.status == 200
    basic = await site.call("GET", "/audio-library", {"Authorization": f"Basic {token}"})
    assert basic.status == 401
    nobody = await site.call("GET", "/audio-library")
    assert nobody.status == 401
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="audiolib"'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/cleanup/temp/a.wav"),
        ("GET", "/temp/a.wav"),
        ("POST", "/api/generate"),
        ("GET", "/audio-library/../health/live"),
        ("GET", "/audio-library/%2e%2e/health/live"),
        ("GET", "/audio-library//x"),
        ("GET", "/audio-library/a%2fb"),
        ("GET", "/audio-library/a;b"),
        ("GET", "/files/../audio-library"),
        ("GET", "/files/acme/ann/audio/..%2f..%2fx.wav"),
        ("GET", "/metrics"),
        ("GET", "/"),
    ],
)
async def test_what_is_no_route_is_not_found(site: Site, method: str, path: str) -> None:
    key = await site.api_key()
    answer = await site.call(method, path, key)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        *("a=%zz", "a=%", "a=%2523", "a=+%20", "a=%C3%A9", "a=%ff", "a='<>\"", "a[]=1", "a={}|^`"),
        *("?a=1", "a?b", "=", "a=1;b=2", "a=%00", "a=%0d%0aX:1", "a=//evil.test", "a\\b"),
        "cursor=" + "x" * 2000,
    ],
)
async def test_queries_pass_byte_for_byte(site: Site, query: str) -> None:
    """The asset service's own refusal shows that it was asked for just this: it is signed."""
    key = await site.api_key()
    answer = await site.call("GET", f"/audio-library?{query}", key)
    assert (answer.status, answer.json["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("query", ["limit=1#x", "#", "limit=1%0a#", "x" * 3000])
async def test_what_is_no_query_is_not_passed(site: Site, query: str) -> None:
    where = URL(site.gateway)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    key = (await site.api_key())["X-API-Key"]
    head = f"GET /audio-library?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}X-API-Key: {key}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 "))


async def test_unknown_methods_of_a_route_are_told(site: Site) -> None:
    key = await site.api_key()
    answer = await site.call("GET", "/audio/generate", key)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_the_rate_is_the_tenants_own(site: Site) -> None:
    ann, bob = await site.api_key(), await site.api_key(Tenant(customer_id="acme", user_id="bob"))
    burst = 2 * site.stack.settings.gateway.write_rate
    answers = await asyncio.gather(
        *(site.call("POST", "/audio-library", ann, json={}) for _ in range(burst + 15))
    )
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    for answer in refused:
        assert answer.json["code"] == "rate_limited"
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["RateLimit-Limit"] == str(burst)
        assert answer.headers["RateLimit-Remaining"] == "0"
    assert {answer.status for answer in answers} == {422, 429}
    assert (await site.call("POST", "/audio-library", bob, json={})).status == 422
    assert (await site.call("GET", "/audio-library", ann)).status == 200


async def test_guessing_is_slowed_down(site: Site) -> None:
    good, bad = await site.api_key(), {"X-API-Key": f"alk_{'0' * 16}_{'0' * 64}"}
    statuses = [(await site.call("GET", "/audio-library", bad)).status for _ in range(5)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert (await site.call("GET", "/audio-library", good)).status == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent_on(site: Site) -> None:
    key = await site.api_key() | {"Content-Type": "application/json"}

    async def endless():
        while True:
            yield b" " * 65536

    declared = await site.call("POST", "/audio-library", key, data=io.BytesIO(b" " * 3_000_000))
    assert (declared.status, declared.json["code"]) == (413, "request_entity_too_large")
    chunked = await site.call("POST", "/audio-library", key, data=endless())
    assert (chunked.status, chunked.json["code"]) == (413, "request_entity_too_large")


async def test_one_name_runs_through_all_three(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "audiolib.access")
    caplog.handler.addFilter(with_request_id)
    key = await site.api_key()
    body = {"text": "Hello", "voice": "tone"}
    spoken = await site.call("POST", "/audio/generate", key, json=body)
    body["audio_url"] = spoken.json["audio_url"]
    caplog.clear()
    named = key | {"X-Request-ID": "my.request-1"}
    saved = await site.call("POST", "/audio-library", named, json=body)
    assert saved.headers["X-Request-ID"] == "my.request-1"
    named_so = [r for r in caplog.records if getattr(r, "request_id", "") == "my.request-1"]
    routes = [fields_of(r)["route"] for r in named_so if r.name == "audiolib.access"]
    assert routes == ["/temp/{filename}", "/audio-library", "/audio-library"]
    strange = await site.call("GET", "/audio-library", key | {"X-Request-ID": "a b;c"})
    assert re.fullmatch("[0-9a-f]{32}", strange.headers["X-Request-ID"])


async def test_identity_headers_of_a_stranger_never_arrive(site: Site) -> None:
    key = await site.api_key()
    saved = await site.saved(key)
    forged = {
        "x-customer-id": "zenith",
        "X-User-Id": "eve",
        "x_customer_id": "zenith",
        "x-gateway-assertion": "forged",
        "Connection": "x-customer-id, x-user-id",
        "Forwarded": "for=127.0.0.1",
    }
    listed = await site.call("GET", "/audio-library", key | forged)
    assert [asset["id"] for asset in listed.json["assets"]] == [saved["id"]]
    assert listed.json["assets"][0]["customer_id"] == ANN.customer_id


async def test_health_tells_what_is_behind(site: Site) -> None:
    assert (await site.call("GET", "/health/live")).status == 200
    ready = await site.call("GET", "/health/ready")
    assert (ready.status, ready.json["checks"]) == (200, {"keys": "ok", "asset_service": "ok"})
    site.app[DRAINING].set()
    assert (await site.call("GET", "/health/ready")).status == 503


async def test_problems_pass_as_they_are(site: Site) -> None:
    key = await site.api_key()
    missing = await site.call("GET", "/audio-library/01a209cf-d6da-7edb-9327-5e4255bf5573", key)
    assert (missing.status, missing.json["code"]) == (404, "asset_not_found")
    assert missing.headers["Content-Type"] == "application/problem+json"
    bad = await site.call("POST", "/audio-library", key, data=json.dumps({"text": 1}))
    assert bad.status == 400
