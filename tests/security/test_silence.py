"""Whatever is said at DEBUG, no secret and no text is among it."""

import io
import logging
import secrets
from collections.abc import Iterator

import pytest

from audiolib.entrypoints.config.logs import TextFormatter
from audiolib.entrypoints.http.request_id import with_request_id
from tests.security.site import GENERATOR_TOKEN, INTERNAL_KEY, Site

TEXT = f"a text that is nobody's business {secrets.token_hex(8)}"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the services log, in their own form, and what the libraries under them do."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(with_request_id)
    handler.setFormatter(TextFormatter("%(levelname)s %(name)s [%(request_id)s] %(message)s"))
    ours = logging.getLogger("audiolib")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield stream
    ours.removeHandler(handler)
    ours.setLevel(level)


async def test_no_secret_is_ever_said(site: Site, said: io.StringIO) -> None:
    key = await site.api_key()
    saved = await site.saved(key, TEXT)
    link = saved["storage"]["url"].removeprefix(site.gateway)
    bad_token = f"alk_{'0' * 16}_{secrets.token_hex(32)}"
    bodies = []
    for method, path, headers, body in (
        ("GET", link, {}, None),
        ("GET", link + "x", {}, None),
        ("GET", f"/audio-library/{saved['id']}/audio", key, None),
        ("GET", f"/audio-library/{saved['id']}/url", key, None),
        ("GET", "/audio-library?cursor=" + TEXT.replace(" ", "+"), key, None),
        ("POST", "/audio-library", key, {"text": TEXT, "title": TEXT * 9, "voice": 1}),
        ("POST", "/audio-library", key, {"text": TEXT, "voice": "x", "audio_url": f"/x/{TEXT}"}),
        ("POST", "/audio-library", key, {TEXT: 1}),
        ("POST", "/audio/generate", key, {"text": TEXT, "voice": TEXT}),
        ("GET", "/audio-library", {"X-API-Key": bad_token}, None),
        ("GET", "/audio-library", {"Authorization": f"Bearer {bad_token}.x.y"}, None),
    ):
        bodies.append((await site.call(method, path, headers, json=body)).body)
    log = said.getvalue()
    assert log.count("audiolib.access") >= 12
    signature = link.rpartition("signature=")[2]
    canaries = {
        "the API key": key["X-API-Key"].split("_")[2],
        "another key": bad_token.split("_")[2],
        "the text": TEXT[:20],
        "a link's signature": signature,
        "the internal key": INTERNAL_KEY,
        "the generator's token": GENERATOR_TOKEN,
    }
    assert [name for name, canary in canaries.items() if canary in log] == []
    told = b"".join(bodies).decode(errors="replace")
    for name in ("the internal key", "the generator's token", "another key"):
        assert canaries[name] not in told


def test_a_message_can_not_begin_a_new_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\r\nb\x1b[31m\u2028c %s", ("d\n",), None)
    said = TextFormatter("%(message)s").format(record)
    assert said == "a\\r\\nb\\x1b[31m\\u2028c d\\n"


async def test_every_answer_is_clean(site: Site) -> None:
    key = await site.api_key()
    saved = await site.saved(key, "x")
    for path in (
        "/audio-library",
        "/nothing",
        "/health/live",
        "/openapi.json",
        f"/audio-library/{saved['id']}/audio",
    ):
        for base in (site.gateway, site.stack.library, site.stack.generator):
            answer = await site.call("GET", path, key, base=base)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "Server" not in answer.headers
            assert "X-Request-ID" in answer.headers
    audio = await site.call("GET", f"/audio-library/{saved['id']}/audio", key)
    assert audio.headers["Content-Disposition"] == 'attachment; filename="x.wav"'
