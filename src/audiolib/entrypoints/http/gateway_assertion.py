"""The gateway's credential towards the asset service: who asks, and for what, for half a minute.

A JSON Web Token (RFC 7519) under HS256. It covers tenant, method, target and body: who sees one can
only repeat that very request, in the time that is left.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs
import jwt
from aiohttp import web

from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.http.problem_details import UnauthenticatedError

ASSERTION = "x-gateway-assertion"
BODY_SHA256 = web.RequestKey("body_sha256", str)
"""Where a request keeps the digest that its body must have."""
_AUDIENCE = "audiolib-asset-service"
_TERM = timedelta(seconds=30)
_LEEWAY = timedelta(seconds=30)
_CLAIMS = ("exp", "iat", "aud", "customer_id", "user_id", "method", "target", "body")


@attrs.frozen(kw_only=True)
class GatewayAssertions:
    """The first key signs; all are accepted, so that a key can be replaced without a pause."""

    keys: Sequence[str] = attrs.field(repr=False)
    now: Callable[[], datetime]

    def sign(self, tenant: Tenant, method: str, target: str, body: bytes = b"") -> str:
        """Return the credential; `target` is the path and query, as they are sent."""
        now = self.now()
        claims = {
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + _TERM,
            "customer_id": tenant.customer_id,
            "user_id": tenant.user_id,
            "method": method,
            "target": target,
            "body": hashlib.sha256(body).hexdigest(),
        }
        return jwt.encode(claims, self.keys[0], algorithm="HS256")

    def verify(self, assertion: str, tenant: Tenant, method: str, target: str) -> str:
        """Return the SHA-256 that the body must have, in hex; `verify_body` compares it.

        Raises: UnauthenticatedError, unless one of the keys signed just this, just now.
        """
        claims = self._claims(assertion)
        claimed = tuple(claims[name] for name in ("customer_id", "user_id", "method", "target"))
        if claimed != (tenant.customer_id, tenant.user_id, method, target):
            raise UnauthenticatedError("the gateway's assertion is about another request")
        return str(claims["body"])

    def _claims(self, assertion: str) -> dict[str, object]:
        for key in self.keys:
            try:
                claims: dict[str, object] = jwt.decode(
                    assertion,
                    key,
                    algorithms=["HS256"],
                    audience=_AUDIENCE,
                    leeway=_LEEWAY,
                    options={"require": list(_CLAIMS)},
                )
            except (jwt.InvalidTokenError, UnicodeError):
                continue
            return claims
        raise UnauthenticatedError("invalid or expired gateway assertion")


def verify_body(expected: str, body: bytes) -> None:
    """Raises: UnauthenticatedError, unless the body has the SHA-256 that `verify` returned."""
    if not hmac.compare_digest(expected, hashlib.sha256(body).hexdigest()):
        raise UnauthenticatedError("the gateway's assertion is about another body")
