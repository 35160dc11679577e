"""JSON bodies: of requests, read strictly by the fields of their command, and of answers."""

import json
from itertools import islice
from typing import Any

import msgspec
from aiohttp import web

from audiolib.domain.model.errors import FieldError
from audiolib.domain.model.validation import raise_if_any, rules_of
from audiolib.entrypoints.http.gateway_assertion import BODY_SHA256, verify_body
from audiolib.entrypoints.http.problem_details import MOST_ERRORS, MalformedRequestError
from audiolib.entrypoints.http.request_schema import required_fields_of

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes: 100,000 characters, each escaped as two surrogates of six bytes, and some room."""


async def read_fields(request: web.Request, command: type) -> dict[str, Any]:
    """Return the body's fields, by the declarations of the command. `null` counts as absent.

    Raises: MalformedRequestError; UnauthenticatedError for a body that the gateway did not sign;
    InvalidRequestError naming unknown fields, missing ones and bad values, in this order.
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
    rules = rules_of(command)
    given = {name: value for name, value in body.items() if value is not None}
    unknown = islice((name for name in body if name not in rules), MOST_ERRORS)
    faults = [FieldError(name[:100], "is not a field of this call") for name in unknown]
    required = required_fields_of(command)
    faults += [FieldError(name, "is required") for name in required if name not in given]
    if faults:
        for name in rules.keys() & given.keys():
            faults += rules[name][0].errors(name, given[name])
    raise_if_any(*faults)
    return given


def json_response(
    answer: msgspec.Struct, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Return the answer as a JSON response."""
    return web.Response(
        body=msgspec.json.encode(answer),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
