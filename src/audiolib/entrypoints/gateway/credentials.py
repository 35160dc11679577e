"""Who sends a request to the gateway."""

import logging
from collections.abc import Awaitable, Callable

import attrs
from aiohttp import web

from audiolib.domain.model.access import Principal
from audiolib.domain.model.errors import InvalidTokenError
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.http.problem_details import UnauthenticatedError
from audiolib.ports.token_verifier import TokenVerifier

Authenticate = Callable[[web.Request], Awaitable[Principal]]

_CHALLENGE = 'Bearer realm="audiolib"'
_log = logging.getLogger("audiolib.gateway")


@attrs.frozen(kw_only=True)
class Credentials:
    """API keys, and JSON Web Tokens where an issuer is configured."""

    keys: ApiKeys
    tokens: TokenVerifier | None

    async def authenticate(self, request: web.Request) -> Principal:
        """Return who sends the request. Raises: UnauthenticatedError; MetadataUnavailableError or
        TokenIssuerUnavailableError, when that can't be decided now."""
        credential = _credential(request)
        if credential.startswith("alk_"):
            principal = await self.keys.authenticate(credential)
        else:
            principal = await self._by_token(credential)
        if principal is None:
            raise UnauthenticatedError(
                "invalid or expired credential",
                challenge=f'{_CHALLENGE}, error="invalid_token"',
            )
        return principal

    async def _by_token(self, credential: str) -> Principal | None:
        if self.tokens is None:
            return None
        try:
            return await self.tokens.authenticate(credential)
        except InvalidTokenError as bad:
            log_event(_log, logging.INFO, "token refused", reason=bad)
            return None


def _credential(request: web.Request) -> str:
    """Raises: UnauthenticatedError unless there is exactly one, in either of two headers."""
    found = [
        (name, value)
        for spelling, value in request.headers.items()
        if (name := spelling.lower().replace("_", "-")) in ("authorization", "x-api-key")
    ]
    if len(found) != 1 or found[0][0] not in request.headers:
        raise UnauthenticatedError(
            "send one credential: `Authorization: Bearer …` or `X-API-Key`", challenge=_CHALLENGE
        )
    ((name, value),) = found
    if name == "x-api-key":
        return value if value.startswith("alk_") else ""
    scheme, _, credential = value.partition(" ")
    if scheme.lower() != "bearer" or not credential:
        raise UnauthenticatedError("the scheme must be Bearer", challenge=_CHALLENGE)
    return credential
