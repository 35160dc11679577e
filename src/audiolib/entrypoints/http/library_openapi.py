"""The asset service's OpenAPI document."""

from audiolib.domain.model.metadata import (
    FASTEST,
    LONGEST_DESCRIPTION,
    LONGEST_FOLDER,
    LONGEST_NAME,
    LONGEST_TAG,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_TAGS,
    SLOWEST,
)
from audiolib.domain.model.paging import LARGEST_PAGE
from audiolib.domain.use_cases.library.save_command import LONGEST_DURATION
from audiolib.entrypoints.http.openapi import (
    AUDIO,
    LIVE,
    READY,
    TEMP_NAME,
    Json,
    answers,
    document,
    json_answer,
    json_request,
    links,
    object_schema,
    parameter,
    text,
)
from audiolib.entrypoints.http.schemas import ASSET, STORAGE

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_LINE = f"^[^{_CONTROL}]*[^\\s{_CONTROL}][^{_CONTROL}]*$"
_KEY = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,255}$"}
_SUCCESS: Json = {"const": True}
_ETAG: Json = {"ETag": {"schema": {"type": "string"}}}

SAVE: Json = {
    **object_schema(
        ("text", "audio_url", "voice"),
        text=text(1, LONGEST_TEXT, description="what is said"),
        audio_url=text(
            1,
            512,
            description="`/temp/NAME` at the generator, or its base URL before that",
            pattern=f"/temp/{TEMP_NAME}$",
        ),
        voice=text(1, LONGEST_NAME, pattern=_LINE),
        voice_name=text(1, LONGEST_NAME, pattern=_LINE),
        language={
            "type": "string",
            "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$",
            "default": "en",
        },
        speed={"type": "number", "minimum": SLOWEST, "maximum": FASTEST, "default": 1},
        model=text(1, LONGEST_NAME, pattern=_LINE),
        title=text(1, LONGEST_TITLE, pattern=_LINE),
        description=text(0, LONGEST_DESCRIPTION),
        tags={
            "type": "array",
            "maxItems": MOST_TAGS,
            "uniqueItems": True,
            "items": text(1, LONGEST_TAG, pattern=_LINE),
        },
        folder=text(1, LONGEST_FOLDER, pattern=_LINE),
        duration={
            "type": "number",
            "minimum": 0,
            "maximum": LONGEST_DURATION,
            "description": "seconds; counts only where the audio itself does not tell",
        },
        idempotency_key=_KEY,
    ),
    "additionalProperties": False,
}
_SAVED = object_schema(
    ("success", "id", "storage", "asset"),
    success=_SUCCESS,
    id={"type": "string"},
    storage=STORAGE,
    asset={"$ref": "#/components/schemas/Asset"},
)
_ID = parameter("path", "id", {"type": "string", "format": "uuid"})
_BYTES: Json = AUDIO | {"headers": _ETAG | {"Accept-Ranges": {"schema": {"const": "bytes"}}}}
_SAVE_PROBLEMS = (400, 401, 403, 408, 409, 413, 415, 422, 429, 502, 503, 507)
_READ_PROBLEMS = (401, 404, 422, 503)


def library_paths() -> Json:
    """What a person can do with their library."""
    return {
        "/audio-library": {
            "post": {
                "operationId": "save",
                "summary": "Save a temp file to the library",
                "parameters": [parameter("header", "Idempotency-Key", _KEY)],
                "requestBody": json_request(SAVE),
                "responses": answers(
                    {
                        200: json_answer("Saved by an earlier such request", _SAVED),
                        201: json_answer("Saved", _SAVED),
                    },
                    *_SAVE_PROBLEMS,
                ),
            },
            "get": {
                "operationId": "list",
                "summary": "A page of assets, newest first",
                "parameters": [
                    parameter(
                        "query", "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}
                    ),
                    parameter("query", "cursor", text(1, 100), "`next_cursor` of the page before"),
                ],
                "responses": answers({200: json_answer("A page", _PAGE)}, 401, 422, 503),
            },
        },
        "/audio-library/{id}": {
            "get": {
                "operationId": "get",
                "summary": "One asset",
                "parameters": [_ID, parameter("header", "If-None-Match", {"type": "string"})],
                "responses": answers(
                    {
                        200: json_answer("The asset", _ONE, _ETAG),
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
                        {"type": "integer", "minimum": 1, "maximum": 604_800},
                        "seconds",
                    ),
                ],
                "responses": answers({200: json_answer("The URL", _URL)}, *_READ_PROBLEMS),
            }
        },
        "/audio-library/{id}/audio": {"get": _listen("listen"), "head": _listen("describe")},
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
        {"schemas": {"Asset": ASSET}, "securitySchemes": _IDENTITY},
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


_PAGE = object_schema(
    ("success", "assets", "next_cursor"),
    success=_SUCCESS,
    assets={"type": "array", "items": {"$ref": "#/components/schemas/Asset"}},
    next_cursor={"type": ["string", "null"]},
)
_ONE = object_schema(
    ("success", "asset"), success=_SUCCESS, asset={"$ref": "#/components/schemas/Asset"}
)
_URL = object_schema(
    ("success", "url", "url_expires_at"),
    success=_SUCCESS,
    url={"type": "string", "format": "uri"},
    url_expires_at={"type": "string", "format": "date-time"},
)
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
