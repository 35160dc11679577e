"""Nobody is who they say they are, but who was proven to be."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import jwt
import pytest
from yarl import URL

from audiolib import Tenant
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.gateway.app_keys import FAILURES
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from tests.security.hostile_headers import DIRECT, GATEWAY
from tests.security.site import ANN, INTERNAL_KEY, Site, running_site
from tests.stores import EMBEDDED

EVE = Tenant(customer_id="zenith", user_id="eve")
OLD_KEY = "o" * 40
TARGET = "/audio-library"
_FIRST = (b"GET /audio-library HTTP/1.1", b"Host: x", b"Connection: close")


async def raw_get(
    base: str, lines: tuple[bytes, ...], words: Mapping[str, str]
) -> tuple[int, bytes]:
    where = URL(base)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    text = b"\r\n".join([*_FIRST, *lines, b"", b""])
    for word, value in words.items():
        text = text.replace(b"{%s}" % word.encode(), value.encode())
    writer.write(text)
    try:
        async with asyncio.timeout(5):
            answer = await reader.read()
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body


def assertions() -> dict[str, str]:
    ours = GatewayAssertions(keys=[INTERNAL_KEY], now=utc_now)

    def at(offset: timedelta) -> str:
        return GatewayAssertions(keys=[INTERNAL_KEY], now=lambda: utc_now() + offset).sign(
            ANN, "GET", TARGET
        )

    good = ours.sign(ANN, "GET", TARGET)
    claims = jwt.decode(good, options={"verify_signature": False})

    def with_claims(key: str = INTERNAL_KEY, **changed: object) -> str:
        return jwt.encode({k: v for k, v in (claims | changed).items() if v}, key, "HS256")

    return {
        "good": good,
        "good_by_old_key": GatewayAssertions(keys=[OLD_KEY], now=utc_now).sign(ANN, "GET", TARGET),
        "other_key": with_claims("x" * 40),
        "expired": at(timedelta(minutes=-2)),
        "early": at(timedelta(minutes=2)),
        "unsigned": jwt.encode(claims, None, "none"),
        "other_method": ours.sign(ANN, "POST", TARGET),
        "other_path": ours.sign(ANN, "GET", f"{TARGET}/x"),
        "other_query": ours.sign(ANN, "GET", f"{TARGET}?limit=1"),
        "other_tenant": ours.sign(EVE, "GET", TARGET),
        "other_audience": with_claims(aud="another"),
        "everlasting": with_claims(exp=None),
    }


def test_the_tables_are_whole() -> None:
    assert len(set(DIRECT)) == len(DIRECT)
    assert len(set(GATEWAY)) == len(GATEWAY)
    assert len(DIRECT) + len(GATEWAY) >= 100


async def test_past_the_gateway_only_its_assertion_counts(
    tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    environment = {**EMBEDDED, "INTERNAL_KEY": f"{INTERNAL_KEY},{OLD_KEY}"}
    async with running_site(environment, tmp_path) as site:  # type: ignore[arg-type]
        saved = await site.saved(await site.api_key())
        told = {}
        for lines, _ in DIRECT:
            status, body = await raw_get(site.stack.library, lines, assertions())
            told[lines] = status
            assert (saved["id"].encode() in body) == (status == 200), lines
        assert told == dict(DIRECT)


async def test_through_the_gateway_one_is_whose_key_one_has(site: Site) -> None:
    site.app[FAILURES]._burst = 1_000_000
    ann, eve = await site.api_key(), await site.api_key(EVE)
    mine, theirs = await site.saved(ann), await site.saved(eve)
    words = assertions() | {"key": ann["X-API-Key"], "eves_key": eve["X-API-Key"]}
    told = {}
    for lines, _ in GATEWAY:
        status, body = await raw_get(site.gateway, lines, words)
        told[lines] = status
        assert theirs["id"].encode() not in body
        if status == 200:
            found = [asset["id"] for asset in json.loads(body)["assets"]]
            assert found == [mine["id"]], lines
    assert told == dict(GATEWAY)
