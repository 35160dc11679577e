"""What the gateway lets through, and where to."""

import re
from collections.abc import Mapping

from aiohttp import web

from audiolib.domain.model.access import Principal, Scope
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.gateway import app_keys as keys
from audiolib.entrypoints.gateway.proxy import forward
from audiolib.entrypoints.http.access_log import KEY_ID, TENANT
from audiolib.entrypoints.http.gateway_assertion import ASSERTION
from audiolib.entrypoints.http.identity_headers import CUSTOMER, USER
from audiolib.entrypoints.http.problem_details import (
    ForbiddenError,
    RateLimitedError,
    UnauthenticatedError,
)
from audiolib.ports.rate_limiter import Allowance, RateLimiter

_READING = ("GET", "HEAD")
# The path is passed on byte for byte, so it may hold nothing that two readers read differently.
_LIBRARY = re.compile(r"/audio-library(?:/[A-Za-z0-9_-]{1,64}){0,3}", re.ASCII)
_FILE = re.compile(
    r"/files(?:/[A-Za-z0-9_-]{1,64}){1,3}/[A-Za-z0-9-]{1,64}\.[a-z0-9]{2,5}", re.ASCII
)
_QUERY = re.compile(r"[!\"$-~]{0,2048}", re.ASCII)  # a `#` would end it for some


async def library(request: web.Request) -> web.StreamResponse:
    """Everything under /audio-library, to the asset service, in the principal's name."""
    target = _target(request, _LIBRARY)
    reading = request.method in _READING
    principal, allowance = await _admit(request, Scope.READ if reading else Scope.WRITE)
    return await forward(
        request,
        request.app[keys.SETTINGS].gateway.asset_service_url + target,
        identify=lambda body: _identity(request, principal.tenant, target, body),
        admit=lambda _: allowance.headers(),
    )


async def generate(request: web.Request) -> web.StreamResponse:
    """POST /audio/generate, to the generator, which limits what one tenant may ask for."""
    principal, allowance = await _admit(request, Scope.WRITE)
    settings = request.app[keys.SETTINGS]
    tenant, token = principal.tenant, settings.http.token
    identity = {CUSTOMER: tenant.customer_id, USER: tenant.user_id}
    identity |= {"Authorization": f"Bearer {token}"} if token else {}
    return await forward(
        request,
        f"{settings.sources.bases[0]}/api/generate",
        identify=lambda _: identity,
        admit=lambda _: allowance.headers(),
    )


async def file(request: web.Request) -> web.StreamResponse:
    """A signed link to embedded audio: it is its own credential.

    Only the asset service can verify a signature, so what a request counts for is decided by its
    answer: bad ones never use up what the holders of good ones have.
    """
    target = _target(request, _FILE)
    whose = tuple(target.split("/")[2:4])

    def admit(status: int) -> Mapping[str, str]:
        if status == 404:
            _take(request.app[keys.BAD_LINKS], request.remote)
            return {}
        return _take(request.app[keys.READS], ("link", request.remote, whose)).headers()

    if not {"expires", "signature"} <= request.query.keys():
        admit(404)
        raise web.HTTPNotFound
    return await forward(
        request,
        request.app[keys.SETTINGS].gateway.asset_service_url + target,
        identify=lambda _: {},
        admit=admit,
    )


def _target(request: web.Request, allowed: re.Pattern[str]) -> str:
    path, mark, query = request.raw_path.partition("?")
    if not allowed.fullmatch(path) or not _QUERY.fullmatch(query):
        raise web.HTTPNotFound
    return path + mark + query


async def _admit(request: web.Request, needed: Scope) -> tuple[Principal, Allowance]:
    """Raises: UnauthenticatedError, RateLimitedError, ForbiddenError."""
    try:
        principal = await request.app[keys.AUTHENTICATE](request)
    except UnauthenticatedError:
        _take(request.app[keys.FAILURES], request.remote)
        raise
    request[TENANT], request[KEY_ID] = principal.tenant, principal.key_id
    limit = request.app[keys.READS if needed is Scope.READ else keys.WRITES]
    allowance = _take(limit, principal.tenant)
    if not principal.may(needed):
        raise ForbiddenError(f"the credential does not allow to {needed.value}")
    return principal, allowance


def _take(limit: RateLimiter, caller: object) -> Allowance:
    allowance = limit.take(caller)
    if not allowance.admitted:
        raise RateLimitedError(retry_after=allowance.retry_after, headers=allowance.headers())
    return allowance


def _identity(request: web.Request, tenant: Tenant, target: str, body: bytes) -> dict[str, str]:
    identity = {CUSTOMER: tenant.customer_id, USER: tenant.user_id}
    if (assertions := request.app[keys.ASSERTIONS]) is not None:
        identity[ASSERTION] = assertions.sign(tenant, request.method, target, body)
    return identity
