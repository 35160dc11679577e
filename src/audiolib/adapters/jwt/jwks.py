"""The public keys of an issuer, fetched when they are needed (RFC 7517)."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import jwt

from audiolib.domain.model.errors import TokenIssuerUnavailableError

FRESH_SECONDS = 300.0
COOL_DOWN_SECONDS = 10.0
_LARGEST = 1024 * 1024
Fetch = Callable[[], Awaitable[Mapping[str, Any]]]


class Jwks:
    """Keys by `kid`: kept while they are fresh, fetched again for an unknown `kid`, at most
    once in ten seconds; if the issuer doesn't answer, those that were known go on."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._tried_at = self._fetched_at = float("-inf")
        self._turn = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """None for a `kid` that the issuer doesn't have.

        Raises: TokenIssuerUnavailableError, when there never was an answer.
        """
        if kid not in self._keys or self._clock() - self._fetched_at > FRESH_SECONDS:
            async with self._turn:  # those who come meanwhile wait for the same answer
                if self._clock() - self._tried_at > COOL_DOWN_SECONDS:
                    await self._refresh()
        if self._fetched_at == float("-inf"):
            raise TokenIssuerUnavailableError("the issuer's keys can't be fetched")
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            found = await self._fetch()
        except TokenIssuerUnavailableError:
            return
        self._keys = dict(_usable(found))
        self._fetched_at = self._clock()


def fetch_over_http(session: aiohttp.ClientSession, url: str) -> Fetch:
    """Over HTTP; redirects are not followed."""

    async def fetch() -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(10), session.get(url, allow_redirects=False) as answer:
                body = await answer.content.read(_LARGEST)
                if answer.status == 200:
                    found: Mapping[str, Any] = json.loads(body)
                    return found
        except (aiohttp.ClientError, TimeoutError, ValueError) as failed:
            raise TokenIssuerUnavailableError("the issuer's keys can't be fetched") from failed
        raise TokenIssuerUnavailableError(f"the issuer answered {answer.status}")

    return fetch


def _usable(found: Mapping[str, Any]) -> list[tuple[str, jwt.PyJWK]]:
    """Public keys for signatures, with a name: a secret among them would let any reader sign."""
    listed = found.get("keys") if isinstance(found, Mapping) else None
    keys = []
    for each in listed if isinstance(listed, list) else []:
        if _is_for_signatures(each):
            try:
                keys.append((each["kid"], jwt.PyJWK(each)))
            except (jwt.PyJWTError, NotImplementedError, TypeError, ValueError, AttributeError):
                continue  # of a kind that we don't know, or no key at all
    return keys


def _is_for_signatures(key: object) -> bool:
    """By `use` and `key_ops` (RFC 7517, sections 4.2 and 4.3), where they are given."""
    if not isinstance(key, dict) or key.get("kty") not in ("RSA", "EC", "OKP"):
        return False
    operations = key.get("key_ops", ["verify"])
    return (
        isinstance(key.get("kid"), str)
        and bool(key["kid"])
        and isinstance(key.get("alg", ""), str)
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )
