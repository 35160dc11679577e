"""What is refused leaves no object, no upload, no ready document, and the temp file untouched."""

import json
from io import BytesIO
from typing import Any

import pytest
from tests.e2e.stack import ANN, Stack

from audiolib import PageRequest, Tenant
from audiolib.testing import wav

TENANT = Tenant(customer_id="acme", user_id="ann")
NOT_AUDIO = {
    "empty.wav": b"",
    "page.wav": b"<!DOCTYPE html><html><body>503</body></html>",
    "notes.wav": b"dear diary, " * 1000,
    "headers-only.wav": wav(0),
    "program.mp3": b"\x7fELF" + bytes(5000),
}


async def assert_nothing_was_kept(stack: Stack) -> None:
    store, repo = await stack.store(), await stack.repo()
    assert [found.key async for found in store.list_objects("acme/")] == []
    assert await store.list_uploads("acme/") == []
    assert (await repo.page(TENANT, PageRequest())).assets == ()


@pytest.mark.parametrize("name", NOT_AUDIO)
async def test_what_is_not_audio_is_refused(stack: Stack, name: str) -> None:
    url = stack.temp_file(name, NOT_AUDIO[name])
    status, body, _ = await stack.save(url)
    assert (status, body["code"]) == (415, "not_audio")
    assert stack.temp_path(url).read_bytes() == NOT_AUDIO[name]
    await assert_nothing_was_kept(stack)


async def test_a_file_that_ends_early_is_refused(stack: Stack) -> None:
    """Cut after the first part was uploaded, too."""
    for name, data in (("short.wav", wav(2)[:-100]), ("long.wav", wav(800)[:-100])):
        url = stack.temp_file(name, data)
        status, body, _ = await stack.save(url)
        assert (status, body["code"]) == (502, "source_truncated")
        assert stack.temp_path(url).read_bytes() == data
        await assert_nothing_was_kept(stack)


async def test_a_file_that_is_too_large_is_refused(stack: Stack) -> None:
    url = stack.temp_file("huge.wav", wav(1400))  # 22.4 MB, where 20 MiB are allowed
    status, body, _ = await stack.save(url)
    assert (status, body["code"]) == (413, "audio_too_large")
    assert stack.temp_path(url).exists()
    await assert_nothing_was_kept(stack)


async def test_a_file_that_is_absent_is_refused_and_may_come_later(stack: Stack) -> None:
    status, body, _ = await stack.save("/temp/later.wav")
    assert (status, body["code"]) == (422, "source_not_found")
    await assert_nothing_was_kept(stack)
    status, body, _ = await stack.save(stack.temp_file("later.wav", wav()))
    assert status == 201, body


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/temp/x.wav", "/etc/passwd", "/temp/../x.wav", "file:///x.wav"]
)
async def test_other_sources_are_forbidden(embedded: Stack, url: str) -> None:
    status, body, _ = await embedded.save(url)
    assert (status, body["code"]) == (422, "forbidden_source")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"title": "x" * 201}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"tags": ["x"] * 2}, "tags"),
        ({"tags": [str(n) for n in range(33)]}, "tags"),
        ({"tags": ["x" * 65]}, "tags[0]"),
        ({"folder": "x" * 201}, "folder"),
        ({"speed": 0}, "speed"),
        ({"speed": True}, "speed"),
        ({"speed": "1"}, "speed"),
        ({"language": "klingon!"}, "language"),
        ({"audio_url": 7}, "audio_url"),
        ({"voice": ["tone"]}, "voice"),
        ({"duration": -1}, "duration"),
        ({"idempotency_key": "a b"}, "idempotency_key"),
        ({"fence": "x"}, "fence"),
        ({"text": "\ud800"}, "text"),
    ],
    ids=str,
)
async def test_a_bad_field_is_named(embedded: Stack, fields: dict[str, Any], named: str) -> None:
    status, body, _ = await embedded.save(**{"audio_url": "/temp/x.wav", **fields})
    assert (status, body["code"]) == (422, "invalid_request")
    assert [error["field"] for error in body["errors"]] == [named]


async def test_all_bad_fields_are_named_at_once(embedded: Stack) -> None:
    status, body, _ = await embedded.save("/temp/x.wav", text="", speed=9, tags="x")
    assert status == 422
    assert {error["field"] for error in body["errors"]} == {"text", "speed", "tags"}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthenticated"),
        ({"x-customer-id": "acme"}, 401, "unauthenticated"),
        ({"x-customer-id": "acme", "x-user-id": ""}, 401, "unauthenticated"),
        ({"x-customer-id": "../etc", "x-user-id": "ann"}, 422, "invalid_request"),
        ({"x-customer-id": "a" * 65, "x-user-id": "ann"}, 422, "invalid_request"),
    ],
    ids=str,
)
async def test_identity_is_asked_of_every_call(
    embedded: Stack, headers: dict[str, str], status: int, code: str
) -> None:
    some = "01b8dac5-b400-7000-8000-000000000001"
    for path in ("", f"/{some}", f"/{some}/audio", f"/{some}/url"):
        answer, body, _ = await embedded.get(f"/audio-library{path}", headers=headers)
        assert (answer, json.loads(body)["code"]) == (status, code)
    answer, saved, _ = await embedded.save("/temp/x.wav", headers=headers)
    assert (answer, saved["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "code"),
    [
        ("POST", "/audio-library", b"{", 400, "malformed_request"),
        ("POST", "/audio-library", b"[]", 400, "malformed_request"),
        ("POST", "/audio-library", b'{"speed": NaN}', 400, "malformed_request"),
        ("POST", "/audio-library", b'{"text": "a", "text": "b"}', 400, "malformed_request"),
        ("POST", "/audio-library", b"[" * 100_000, 400, "malformed_request"),
        ("POST", "/audio-library", b" " * 3_000_000, 413, "request_entity_too_large"),
        ("GET", "/audio-library?limit=0", None, 422, "invalid_request"),
        ("GET", "/audio-library?limit=101", None, 422, "invalid_request"),
        ("GET", "/audio-library?cursor=x", None, 422, "invalid_request"),
        ("GET", "/audio-library?colour=red", None, 422, "invalid_request"),
        ("GET", "/audio-library/nothing", None, 422, "invalid_request"),
        ("PUT", "/audio-library", None, 405, "method_not_allowed"),
        ("GET", "/nowhere", None, 404, "not_found"),
    ],
)
async def test_problems_have_one_shape(
    embedded: Stack, method: str, path: str, data: bytes | None, status: int, code: str
) -> None:
    headers = ANN | {"Content-Type": "application/json"}
    async with embedded.http.request(
        method, embedded.library + path, data=data and BytesIO(data), headers=headers
    ) as answer:
        body = json.loads(await answer.read())
        assert answer.content_type == "application/problem+json"
    assert (answer.status, body["status"], body["code"]) == (status, status, code)
    assert body["success"] is False
