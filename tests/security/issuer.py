"""An issuer of tokens, with keys of several kinds, and those who would like to be one."""

import json
import time
from typing import Any

import attrs
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE, SECRET, OLD_SECRET = "https://issuer.test", "audiolib", "s" * 40, "t" * 40
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "customer_id": "acme", "sub": "ann"}


@attrs.define
class Issuer:
    """Serves its public keys; `asked` counts how often."""

    rsa_key: rsa.RSAPrivateKey = attrs.field(factory=lambda: rsa.generate_private_key(65537, 2048))
    next_key: rsa.RSAPrivateKey = attrs.field(factory=lambda: rsa.generate_private_key(65537, 2048))
    ec_key: ec.EllipticCurvePrivateKey = attrs.field(
        factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    ed_key: ed25519.Ed25519PrivateKey = attrs.field(factory=ed25519.Ed25519PrivateKey.generate)
    rotated: bool = False
    down: bool = False
    asked: int = 0

    def jwks(self) -> dict[str, Any]:
        keys = [
            json.loads(RSAAlgorithm.to_jwk(self.rsa_key.public_key())) | {"kid": "rsa"},
            json.loads(ECAlgorithm.to_jwk(self.ec_key.public_key())) | {"kid": "ec"},
            json.loads(OKPAlgorithm.to_jwk(self.ed_key.public_key())) | {"kid": "ed"},
            {"kty": "oct", "kid": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
            {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
            {"kid": "nothing"},
        ]
        if self.rotated:
            public = self.next_key.public_key()
            keys.append(json.loads(RSAAlgorithm.to_jwk(public)) | {"kid": "next"})
        return {"keys": keys}

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.json_response(self.jwks()) if not self.down else web.Response(status=503)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/jwks.json", self.answer)
        return app

    def public_pem(self) -> bytes:
        return self.rsa_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def rs256(self, kid: str | None = "rsa", header: Any = None, **claims: Any) -> str:
        headers = ({"kid": kid} if kid else {}) | (header or {})
        return jwt.encode(with_times(claims), self.rsa_key, "RS256", headers=headers)


def with_times(claims: dict[str, Any]) -> dict[str, Any]:
    """Good for an hour, unless told otherwise; None leaves a claim out."""
    now = time.time()
    whole = CLAIMS | {"iat": now, "exp": now + 3600} | claims
    return {name: value for name, value in whole.items() if value is not None}


def hs256(secret: str = SECRET, header: Any = None, **claims: Any) -> str:
    return jwt.encode(with_times(claims), secret, "HS256", headers=header)
