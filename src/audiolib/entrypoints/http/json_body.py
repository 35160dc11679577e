"""A request's JSON object, read strictly."""

import json
from itertools import islice
from typing import Any

from aiohttp import web

from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.entrypoints.http.gateway_assertion import BODY_SHA256, verify_body
from audiolib.entrypoints.http.problem_details import MOST_ERRORS, MalformedRequestError

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes: 100,000 characters, each escaped as two surrogates of six bytes, and some room."""


async def json_object(request: web.Request, allowed: frozenset[str]) -> dict[str, Any]:
    """The body's fields. `null` counts as absent.

    Raises: MalformedRequestError; UnauthenticatedError for a body that the gateway did not sign;
    InvalidRequestError naming the first fields that aren't `allowed`.
    """
    if request.content_type != "application/json":
        raise MalformedRequestError("the body must be sent as application/json")
    content = await request.read()
    if (expected := request.get(BODY_SHA256)) is not None:
        verify_body(expected, content)
    try:
        body = json.loads(content, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as unreadable:
        raise MalformedRequestError(f"the body is not JSON: {unreadable}"[:200]) from unreadable
    if not isinstance(body, dict):
        raise MalformedRequestError("the body must be a JSON object")
    unknown = islice((name for name in body if name not in allowed), MOST_ERRORS)
    if faults := [FieldError(name[:100], "is not a field of this call") for name in unknown]:
        raise InvalidRequestError(*faults)
    return {name: value for name, value in body.items() if value is not None}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
