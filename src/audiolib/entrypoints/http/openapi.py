"""Pieces of our OpenAPI 3.1 documents (https://spec.openapis.org/oas/v3.1.0)."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from aiohttp import web
from msgspec import Struct

from audiolib.entrypoints.http.answer_schemas import answer_schemas
from audiolib.entrypoints.http.answers import Health
from audiolib.entrypoints.http.problem_details import Handler

Json = dict[str, Any]
TRACE_HEADERS: Json = {
    "X-Request-ID": {"schema": {"type": "string"}, "description": "the request's name in our logs"}
}
AUDIO: Json = {
    "description": "Audio",
    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
}


def document(title: str, description: str, paths: Json, components: Json) -> Json:
    """A whole document."""
    schemas = _named(answer_schemas(), paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "description": description, "version": version("audiolib")},
        "paths": paths,
        "components": {**components, "schemas": schemas},
    }


def answers(good: Mapping[int, Json], *problems: int) -> Json:
    """By status: what is sent, and the problems that there may be."""
    found = {str(status): answer for status, answer in good.items()}
    for status in sorted(problems):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    return found


def json_answer(description: str, answer: type[Struct], headers: Json | None = None) -> Json:
    schema = {"$ref": f"#/components/schemas/{answer.__name__}"}
    return {
        "description": description,
        "content": {"application/json": {"schema": schema}},
        "headers": TRACE_HEADERS | (headers or {}),
    }


def json_request(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def object_schema(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _named(schemas: Json, paths: Json) -> Json:
    """Return the schemas that the paths name, directly or through one another."""
    found: Json = {}
    text = json.dumps(paths)
    while new := [n for n in schemas.keys() - found.keys() if f'schemas/{n}"' in text]:
        found |= {name: schemas[name] for name in new}
        text = json.dumps(found)
    return dict(sorted(found.items()))


def parameter(place: str, name: str, schema: Json, description: str = "") -> Json:
    found: Json = {"in": place, "name": name, "schema": schema, "required": place == "path"}
    return found | ({"description": description} if description else {})


def links(*problems: int) -> Json:
    """GET and HEAD of a signed link to embedded audio."""
    return {
        method: {
            "operationId": f"{method}File",
            "summary": "Embedded audio, by its presigned URL",
            "security": [],
            "parameters": [parameter("path", "key", {"type": "string", "minLength": 1})],
            "responses": answers({200: AUDIO, 206: AUDIO}, 404, 416, 429, 502, 503, *problems),
        }
        for method in ("get", "head")
    }


LIVE: Json = {
    "get": {
        "operationId": "live",
        "summary": "Whether the process lives",
        "security": [],
        "responses": answers({200: json_answer("It does", Health)}),
    }
}
READY: Json = {
    "get": {
        "operationId": "ready",
        "summary": "Whether it can work now",
        "security": [],
        "responses": {
            status: json_answer(meaning, Health)
            for status, meaning in (("200", "It can"), ("503", "It can't, or is about to end"))
        },
    }
}


def openapi_handler(make: Callable[[], Json]) -> Handler:
    """A handler that answers with the document."""
    made = make()

    async def openapi(_: web.Request) -> web.Response:
        return web.json_response(made)

    return openapi
