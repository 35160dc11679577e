"""Which tokens open the door."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from audiolib.adapters.jwt.jwks import COOL_DOWN_SECONDS, FRESH_SECONDS, Jwks
from audiolib.domain.model.errors import TokenIssuerUnavailableError
from audiolib.entrypoints.gateway import app_keys as keys
from tests.security.hostile_tokens import BAD, GOOD, WITHOUT_SCOPE
from tests.security.issuer import AUDIENCE, ISSUER, OLD_SECRET, SECRET, Issuer, hs256
from tests.security.site import Site, running_site
from tests.stores import EMBEDDED


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def site(tmp_path: Path, issuer: Issuer) -> AsyncIterator[Site]:
    issuer.rotated, issuer.down, issuer.asked = False, False, 0
    async with TestServer(issuer.app()) as server:
        environment = {
            **EMBEDDED,
            "JWT_SECRET": f"{SECRET},{OLD_SECRET}",
            "JWT_JWKS_URL": str(server.make_url("/jwks.json")),
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
        }
        async with running_site(environment, tmp_path) as site:
            yield site


async def told(site: Site, token: str) -> tuple[int, str | None]:
    answer = await site.call("GET", "/audio-library", {"Authorization": f"Bearer {token}"})
    return answer.status, answer.headers.get("WWW-Authenticate")


def test_the_tables_are_whole() -> None:
    assert len(GOOD) + len(BAD) + len(WITHOUT_SCOPE) >= 60
    assert len(BAD) >= 40


async def test_only_the_issuers_tokens_are_taken(site: Site, issuer: Issuer) -> None:
    # Strangers are slowed down, which would make this long.
    site.app[keys.FAILURES]._burst = 1_000_000
    refused = 'Bearer realm="audiolib", error="invalid_token"'
    found = {name: await told(site, make(issuer)) for name, make in {**GOOD, **BAD}.items()}
    assert found == dict.fromkeys(GOOD, (200, None)) | dict.fromkeys(BAD, (401, refused))


async def test_without_a_scope_of_ours_nothing_is_allowed(site: Site, issuer: Issuer) -> None:
    for name, make in WITHOUT_SCOPE.items():
        assert (await told(site, make(issuer)))[0] == 403, name


async def test_a_reader_may_not_write(site: Site) -> None:
    reader = {"Authorization": f"Bearer {hs256(scope='read')}"}
    answer = await site.call("POST", "/audio-library", reader, json={})
    assert (answer.status, answer.json["code"]) == (403, "forbidden")


async def test_the_token_says_whose_library_it_is(site: Site, issuer: Issuer) -> None:
    ann, eve = ({"Authorization": f"Bearer {issuer.rs256(sub=user)}"} for user in ("ann", "eve"))
    saved = await site.saved(ann)
    assert (await site.call("GET", f"/audio-library/{saved['id']}", ann)).status == 200
    assert (await site.call("GET", f"/audio-library/{saved['id']}", eve)).status == 404


async def test_no_issuer_is_asked_for_what_the_secret_signs(site: Site, issuer: Issuer) -> None:
    assert (await told(site, hs256()))[0] == 200
    assert issuer.asked == 0
    for _ in range(3):
        assert (await told(site, issuer.rs256()))[0] == 200
    assert issuer.asked == 1


async def test_an_issuer_that_never_answered_is_a_502(site: Site, issuer: Issuer) -> None:
    issuer.down = True
    answer = await site.call("GET", "/audio-library", {"Authorization": f"Bearer {issuer.rs256()}"})
    assert (answer.status, answer.json["code"]) == (502, "upstream_unavailable")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "keys",
        {},
        {"keys": None},
        {"keys": "rsa"},
        {"keys": {"rsa": 1}},
        {"keys": [None, 1, "x", []]},
        {"keys": [{"kty": ["RSA"], "kid": "x"}]},
        {"keys": [{"kty": "RSA", "kid": "x", "alg": "none", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "RSA", "kid": "x", "alg": ["RS256"], "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "RSA", "kid": "x", "n": 1, "e": 2}]},
        {"keys": [{"kty": "RSA", "kid": ["x"], "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "kid": "x", "crv": ["P-256"], "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "OKP", "kid": "x", "crv": "Ed25519", "x": None}]},
    ],
    ids=repr,
)
async def test_odd_key_documents_have_no_keys(issuer: Issuer, document: Any) -> None:
    async def fetch() -> Any:
        return document

    assert await Jwks(fetch).key("x") is None


@pytest.mark.parametrize(
    ("more", "is_usable"),
    [
        ({}, True),
        ({"use": "sig"}, True),
        ({"key_ops": ["verify"]}, True),
        ({"use": "enc"}, False),
        ({"use": "enc", "alg": "RS256"}, False),
        ({"use": None}, False),
        ({"key_ops": ["encrypt"]}, False),
        ({"key_ops": None}, False),
    ],
    ids=repr,
)
async def test_only_keys_for_signatures_are_used(
    issuer: Issuer, more: dict[str, Any], is_usable: bool
) -> None:
    async def fetch() -> Any:
        return {"keys": [issuer.jwks()["keys"][0] | {"kid": "x"} | more]}

    assert (await Jwks(fetch).key("x") is not None) == is_usable


async def test_keys_are_kept_fetched_anew_and_never_too_often(issuer: Issuer) -> None:
    issuer.rotated, fetched, clock, down = False, [], Clock(), False

    async def fetch() -> dict[str, object]:
        fetched.append(clock.now)
        await asyncio.sleep(0)
        if down:
            raise TokenIssuerUnavailableError
        return issuer.jwks()

    jwks = Jwks(fetch, clock)
    assert all(await asyncio.gather(*(jwks.key("rsa") for _ in range(100))))
    assert fetched == [0]
    assert await jwks.key("next") is None  # within the cool-down: nobody is asked
    assert fetched == [0]
    issuer.rotated, clock.now = True, COOL_DOWN_SECONDS + 1
    assert await jwks.key("next") is not None
    assert fetched == [0, clock.now]
    for number in range(50):
        assert await jwks.key(f"unknown {number}") is None
    assert len(fetched) == 2
    down, clock.now = True, clock.now + FRESH_SECONDS + 1
    assert await jwks.key("rsa") is not None  # stale, and better than none
    assert len(fetched) == 3
    assert await jwks.key("oct") is None
