"""Tokens of an issuer that the operator trusts (RFC 7519, RFC 8725)."""

from collections.abc import Mapping
from typing import Any

import attrs
import jwt

from audiolib.adapters.jwt.jwks import Jwks
from audiolib.adapters.jwt.settings import JwtSettings
from audiolib.domain.model.access import Principal, Scope
from audiolib.domain.model.errors import InvalidRequestError, InvalidTokenError
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.token_verifier import TokenVerifier

_LEEWAY_SECONDS = 60
_LONGEST = 4096
_SYMMETRIC = "HS256"
_ASYMMETRIC = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)


@attrs.frozen(kw_only=True)
class JwtTokenVerifier(TokenVerifier):
    """`jwks` is asked for asymmetric algorithms alone, the secrets for HS256 alone: what kind of
    key is used is never the token's to say."""

    settings: JwtSettings
    jwks: Jwks | None

    async def authenticate(self, token: str) -> Principal:
        """Whose token it is. Raises: InvalidTokenError, TokenIssuerUnavailableError."""
        if len(token) > _LONGEST or not token.isascii():
            raise InvalidTokenError("longer than any token that we take, or not even ASCII")
        try:
            header = jwt.get_unverified_header(token)
            if "crit" in header:
                raise InvalidTokenError("it asks for an extension that we don't know")
            return _principal(await self._claims(token, header), self.settings)
        except jwt.PyJWTError as bad:
            raise InvalidTokenError(type(bad).__name__) from bad

    async def _claims(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str):
            raise InvalidTokenError("its algorithm is no name")
        if algorithm == _SYMMETRIC and self.settings.secrets:
            return self._decode_by_secret(token)
        if algorithm in _ASYMMETRIC and self.jwks is not None and isinstance(kid, str):
            key = await self.jwks.key(kid)
            if key is None:
                raise InvalidTokenError("signed by a key that the issuer doesn't have")
            if key.algorithm_name != algorithm:
                raise InvalidTokenError("its key is of another algorithm")
            return self._decode(token, key, str(algorithm))
        raise InvalidTokenError("signed in a way that is not configured")

    def _decode_by_secret(self, token: str) -> dict[str, Any]:
        for secret in self.settings.secrets:
            try:
                return self._decode(token, secret, _SYMMETRIC)
            except jwt.InvalidSignatureError:
                continue
        raise InvalidTokenError("signed by none of our secrets")

    def _decode(self, token: str, key: jwt.PyJWK | str, algorithm: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self.settings.audience,
            issuer=self.settings.issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud"]},
        )
        return claims


def _principal(claims: Mapping[str, Any], settings: JwtSettings) -> Principal:
    try:
        tenant = Tenant(
            customer_id=claims[settings.customer_claim], user_id=claims[settings.user_claim]
        )
    except KeyError as missing:
        raise InvalidTokenError(f"without the claim {missing}") from missing
    except InvalidRequestError as bad:
        faults = ", ".join(fault.field for fault in bad.faults)
        raise InvalidTokenError(f"its {faults} is none") from bad
    return Principal(tenant=tenant, scope=_scope(claims.get(settings.scope_claim)))


def _scope(claim: object) -> Scope | None:
    """Of words in a string (RFC 8693, section 4.2), or a list of them."""
    if claim is None:
        return Scope.WRITE
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, list):
        return None
    granted = [scope for scope in (Scope.WRITE, Scope.READ) if scope.value in words]
    return granted[0] if granted else None
