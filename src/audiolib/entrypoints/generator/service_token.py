"""The generator serves only callers with a token, if tokens are configured."""

import hmac
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware

from audiolib.entrypoints.http.problem_details import Handler, UnauthenticatedError

_OPEN = frozenset({"/health/live", "/openapi.json"})


def require_token(tokens: Sequence[str]) -> Middleware:
    """Without tokens, everyone who can connect is served."""
    known = [token.encode() for token in tokens]

    @web.middleware
    async def require(request: web.Request, handler: Handler) -> web.StreamResponse:
        if known and request.path not in _OPEN and not _is_known(request, known):
            raise UnauthenticatedError(
                "the generator serves its own services alone",
                challenge='Bearer realm="audiolib-generator"',
            )
        return await handler(request)

    return require


def _is_known(request: web.Request, known: Sequence[bytes]) -> bool:
    values = request.headers.getall("Authorization", [])
    if len(values) != 1 or not values[0].startswith("Bearer "):
        return False
    given = values[0].removeprefix("Bearer ").encode(errors="surrogateescape")
    # Each is compared, so that the time tells nothing of which one it was.
    return any([hmac.compare_digest(given, token) for token in known])  # noqa: C419
