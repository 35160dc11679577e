"""The asset service's OpenAPI document."""

from audiolib.domain.model.idempotency import CLIENT_KEY
from audiolib.domain.model.identifiers import ASSET_ID, TEMP_NAME
from audiolib.domain.model.paging import LARGEST_PAGE
from audiolib.domain.use_cases.library.listen import LONGEST_LINK
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.http.answers import AssetPage, Link, OneAsset, SavedAsset
from audiolib.entrypoints.http.openapi import (
    AUDIO,
    LIVE,
    READY,
    Json,
    answers,
    document,
    json_answer,
    json_request,
    links,
    parameter,
)
from audiolib.entrypoints.http.request_schema import request_schema, schema_of

_ETAG: Json = {"ETag": {"schema": {"type": "string"}}}
_LONGEST_LINK = int(LONGEST_LINK.total_seconds())
_CURSOR: Json = {"type": "string", "minLength": 1, "maxLength": 100}
_AUDIO_URL: Json = {"pattern": f"/temp/{TEMP_NAME.pattern.pattern}$"}
_ID = parameter("path", "id", schema_of(ASSET_ID) | {"format": "uuid"})
_BYTES: Json = AUDIO | {"headers": _ETAG | {"Accept-Ranges": {"schema": {"const": "bytes"}}}}
_SAVE_PROBLEMS = (400, 401, 403, 408, 409, 413, 415, 422, 429, 502, 503, 507)
_READ_PROBLEMS = (401, 404, 422, 503)


def library_paths() -> Json:
    """Return the paths of the library, by which users reach it."""
    return {
        "/audio-library": {
            "post": {
                "operationId": "save",
                "summary": "Save a temp file to the library",
                "parameters": [parameter("header", "Idempotency-Key", schema_of(CLIENT_KEY))],
                "requestBody": json_request(request_schema(SaveAudio, audio_url=_AUDIO_URL)),
                "responses": answers(
                    {
                        200: json_answer("Saved by an earlier such request", SavedAsset),
                        201: json_answer("Saved", SavedAsset),
                    },
                    *_SAVE_PROBLEMS,
                ),
            },
            "get": {
                "operationId": "list",
                "summary": "A page of assets, newest first",
                "parameters": [
                    parameter(
                        "query",
                        "limit",
                        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 50},
                        "assets of a page",
                    ),
                    parameter("query", "cursor", _CURSOR, "`next_cursor` of the page before"),
                ],
                "responses": answers({200: json_answer("A page", AssetPage)}, 401, 422, 503),
            },
        },
        "/audio-library/{id}": {
            "get": {
                "operationId": "get",
                "summary": "One asset",
                "parameters": [_ID, parameter("header", "If-None-Match", {"type": "string"})],
                "responses": answers(
                    {
                        200: json_answer("The asset", OneAsset, _ETAG),
                        304: {"description": "As it was"},
                    },
                    *_READ_PROBLEMS,
                ),
            }
        },
        "/audio-library/{id}/url": {
            "get": {
                "operationId": "url",
                "summary": "A fresh presigned URL",
                "parameters": [
                    _ID,
                    parameter(
                        "query",
                        "expires_in",
                        {"type": "integer", "minimum": 1, "maximum": _LONGEST_LINK},
                        "seconds",
                    ),
                ],
                "responses": answers({200: json_answer("The URL", Link)}, *_READ_PROBLEMS),
            }
        },
        "/audio-library/{id}/audio": {"get": _listen("listen"), "head": _listen("headAudio")},
    }


def asset_service_document() -> Json:
    """Behind a gateway, which says whose library it is."""
    identity: list[Json] = [
        {"customer": [], "user": []},
        {"customer": [], "user": [], "assertion": []},
    ]
    paths = library_paths()
    for path in paths.values():
        for operation in path.values():
            operation["security"] = identity
    paths["/files/{key}"] = links()
    paths |= {"/health/live": LIVE, "/health/ready": READY}
    return document(
        "audiolib asset service",
        "A durable, multi-tenant library of generated audio.",
        paths,
        {"securitySchemes": _IDENTITY},
    )


def _listen(name: str) -> Json:
    headers = ("Range", "If-Range", "If-None-Match")
    return {
        "operationId": name,
        "summary": "The bytes, whole or in part",
        "parameters": [_ID, *(parameter("header", h, {"type": "string"}) for h in headers)],
        "responses": answers(
            {200: _BYTES, 206: _BYTES, 304: {"description": "As it was"}},
            *(*_READ_PROBLEMS, 416, 429, 502),
        ),
    }


_IDENTITY: Json = {
    "customer": {"type": "apiKey", "in": "header", "name": "x-customer-id"},
    "user": {"type": "apiKey", "in": "header", "name": "x-user-id"},
    "assertion": {
        "type": "apiKey",
        "in": "header",
        "name": "x-gateway-assertion",
        "description": "signed by the gateway, where INTERNAL_KEY is configured",
    },
}
