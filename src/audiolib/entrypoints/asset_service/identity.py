"""Whose library a request is about."""

from aiohttp import web

from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.asset_service.app_keys import ASSERTIONS
from audiolib.entrypoints.http.access_log import TENANT
from audiolib.entrypoints.http.gateway_assertion import ASSERTION, BODY_SHA256, verify_body
from audiolib.entrypoints.http.identity_headers import CUSTOMER, USER
from audiolib.entrypoints.http.problem_details import UnauthenticatedError

_FIELDS = {"customer_id": CUSTOMER, "user_id": USER}


def tenant_of(request: web.Request) -> Tenant:
    """Raises: UnauthenticatedError unless each identity header is there exactly once, and, where
    a key is configured, the gateway's assertion says the same; InvalidRequestError naming the
    header whose id breaks its rule."""
    customer_id, user_id = _single(request, CUSTOMER), _single(request, USER)
    try:
        tenant = Tenant(customer_id=customer_id, user_id=user_id)
    except InvalidRequestError as invalid:
        faults = [FieldError(_FIELDS[fault.field], fault.message) for fault in invalid.faults]
        raise InvalidRequestError(*faults) from invalid
    if (assertions := request.app[ASSERTIONS]) is not None:
        digest = assertions.verify(
            _single(request, ASSERTION), tenant, request.method, request.raw_path
        )
        if request.body_exists:
            request[BODY_SHA256] = digest  # compared as soon as the body has been read
        else:
            verify_body(digest, b"")
    request[TENANT] = tenant
    return tenant


def asset_id_of(request: web.Request) -> AssetId:
    """Raises: InvalidRequestError naming `id`."""
    return AssetId(request.match_info["id"])


def _single(request: web.Request, name: str) -> str:
    """Other spellings count as the header itself: what is between us may have read them so."""
    values = [
        value
        for spelling, value in request.headers.items()
        if spelling.lower().replace("_", "-").strip() == name
    ]
    if len(values) != 1 or not values[0].strip() or name not in request.headers:
        raise UnauthenticatedError(f"the header {name} must be there, once")
    return values[0]
