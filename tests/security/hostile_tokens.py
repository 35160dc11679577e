"""Tokens as strangers make them, and the status that GET /audio-library answers."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import jwt

from tests.security.issuer import OLD_SECRET, SECRET, Issuer, hs256, with_times

HOUR = 3600.0


def forged(header: dict[str, object], claims: dict[str, object], key: bytes) -> str:
    """HMAC-SHA-256 over whatever the header says, as no library would sign it."""
    parts = [_base64(json.dumps(part).encode()) for part in (header, claims)]
    signature = hmac.new(key, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, _base64(signature)]).decode()


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def unsigned(name: str) -> str:
    good = hs256().split(".")
    header = json.dumps({"alg": name, "typ": "JWT"}).encode()
    return ".".join([_base64(header).decode(), good[1], ""])


def ago(seconds: float) -> float:
    return time.time() - seconds


Made = Callable[[Issuer], str]
GOOD: dict[str, Made] = {
    "a secret's": lambda _: hs256(),
    "the old secret's": lambda _: hs256(OLD_SECRET),
    "RS256": lambda issuer: issuer.rs256(),
    "ES256": lambda issuer: jwt.encode(
        with_times({}), issuer.ec_key, "ES256", headers={"kid": "ec"}
    ),
    "EdDSA": lambda issuer: jwt.encode(
        with_times({}), issuer.ed_key, "EdDSA", headers={"kid": "ed"}
    ),
    "one audience of several": lambda _: hs256(aud=["others", "audiolib"]),
    "expired within the leeway": lambda _: hs256(exp=ago(30)),
    "of a clock a little ahead": lambda _: hs256(iat=ago(-30), nbf=ago(-30)),
    "scopes as words": lambda _: hs256(scope="openid read profile"),
    "scopes as a list": lambda _: hs256(scope=["read"]),
    "write reads too": lambda _: hs256(scope="write"),
}
BAD: dict[str, Made] = {
    "PS256 by a key that is for RS256": lambda issuer: jwt.encode(
        with_times({}), issuer.rsa_key, "PS256", headers={"kid": "rsa"}
    ),
    "no token": lambda _: "x",
    "two parts": lambda _: "a.b",
    "four parts": lambda _: hs256() + ".x",
    "no JSON": lambda _: "!!.!!.!!",
    "empty parts": lambda _: "..",
    "none": lambda _: unsigned("none"),
    "None": lambda _: unsigned("None"),
    "NONE": lambda _: unsigned("NONE"),
    "nOnE": lambda _: unsigned("nOnE"),
    "an empty algorithm": lambda _: unsigned(""),
    "none, with a signature": lambda _: unsigned("none") + hs256().split(".")[2],
    "a signature cut off": lambda _: hs256().rpartition(".")[0] + ".",
    "a signature changed": lambda _: hs256()[:-4] + "AAAA",
    "claims changed": lambda _: ".".join(
        [hs256().split(".")[0], hs256(sub="eve").split(".")[1], hs256().split(".")[2]]
    ),
    "another secret": lambda _: hs256("x" * 40),
    "an empty secret": lambda _: forged({"alg": "HS256"}, with_times({}), b""),
    "the public key as a secret": lambda issuer: forged(
        {"alg": "HS256", "kid": "rsa"}, with_times({}), issuer.public_pem()
    ),
    "RS256, signed as HS256": lambda issuer: forged(
        {"alg": "RS256", "kid": "rsa"}, with_times({}), issuer.public_pem()
    ),
    "the secret among the public keys": lambda _: forged(
        {"alg": "HS256", "kid": "oct"}, with_times({}), b"secret" * 5
    ),
    "HS512": lambda _: jwt.encode(with_times({}), SECRET * 2, "HS512"),
    "HS384": lambda _: jwt.encode(with_times({}), SECRET * 2, "HS384"),
    "another's RSA key": lambda issuer: jwt.encode(
        with_times({}), issuer.next_key, "RS256", headers={"kid": "rsa"}
    ),
    "an unknown kid": lambda issuer: issuer.rs256("unknown"),
    "no kid": lambda issuer: issuer.rs256(None),
    "a kid that is a path": lambda issuer: issuer.rs256("../../dev/null"),
    "a kid that is SQL": lambda issuer: issuer.rs256("x' UNION SELECT 'secret"),
    "a kid that is no string": lambda issuer: forged(
        {"alg": "RS256", "kid": ["rsa"]}, with_times({}), b"x"
    ),
    "another key's kid": lambda issuer: issuer.rs256("ec"),
    "a key of its own": lambda issuer: issuer.rs256(
        "unknown", {"jwk": issuer.jwks()["keys"][0] | {"kid": "unknown"}}
    ),
    "a key from elsewhere": lambda issuer: issuer.rs256(
        "unknown", {"jku": "http://evil.test/jwks.json", "x5u": "http://evil.test/x"}
    ),
    "a critical extension": lambda issuer: forged(
        {"alg": "HS256", "crit": ["exp"], "exp": 1}, with_times({}), SECRET.encode()
    ),
    "expired": lambda _: hs256(exp=ago(90)),
    "expired long ago": lambda issuer: issuer.rs256(exp=ago(365 * 24 * HOUR)),
    "not yet valid": lambda _: hs256(nbf=ago(-HOUR)),
    "issued in the future": lambda _: hs256(iat=ago(-HOUR)),
    "without an end": lambda _: hs256(exp=None),
    "an end that is no number": lambda _: hs256(exp="tomorrow"),
    "another audience": lambda _: hs256(aud="others"),
    "no audience": lambda _: hs256(aud=None),
    "an audience's beginning": lambda _: hs256(aud="audio"),
    "another issuer": lambda _: hs256(iss="https://evil.test"),
    "an issuer with a slash": lambda _: hs256(iss="https://issuer.test/"),
    "no issuer": lambda _: hs256(iss=None),
    "no customer": lambda _: hs256(customer_id=None),
    "no user": lambda _: hs256(sub=None),
    "a customer that is a path": lambda _: hs256(customer_id="../zenith"),
    "a customer that is an object": lambda _: hs256(customer_id={"$ne": ""}),
    "a customer that is a list": lambda _: hs256(customer_id=["acme"]),
    "an empty user": lambda _: hs256(sub=""),
    "longer than any": lambda _: hs256(more="x" * 4000),
    "an API key that is none": lambda _: "alk_",
    "an API key of nobody": lambda _: f"alk_{'0' * 16}_{'1' * 64}",
    "an API key in capitals": lambda _: f"ALK_{'0' * 16}_{'1' * 64}",
}
WITHOUT_SCOPE: dict[str, Made] = {
    "no word of ours": lambda _: hs256(scope="openid profile"),
    "an empty scope": lambda _: hs256(scope=""),
    "a scope that only begins so": lambda _: hs256(scope="readonly writer"),
    "a scope that is no list": lambda _: hs256(scope={"read": True}),
}
