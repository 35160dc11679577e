"""The generator's OpenAPI document."""

from audiolib.domain.model.identifiers import TEMP_NAME
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.entrypoints.http.answers import DeletedTempFile, GeneratedSpeech
from audiolib.entrypoints.http.openapi import (
    AUDIO,
    LIVE,
    Json,
    answers,
    document,
    json_answer,
    json_request,
    parameter,
)
from audiolib.entrypoints.http.request_schema import request_schema, schema_of

_NAME = parameter("path", "filename", schema_of(TEMP_NAME))
_NOT_MODIFIED: Json = {"description": "As it was"}


def generate_operation() -> Json:
    """Speak a text."""
    return {
        "operationId": "generate",
        "summary": "Speak a text into a temp file",
        "requestBody": json_request(request_schema(SpeechRequest)),
        "responses": answers(
            {201: json_answer("Spoken", GeneratedSpeech)}, 400, 401, 408, 413, 422, 503, 507
        ),
    }


def generator_document() -> Json:
    """For our own services: `service` is GENERATOR_TOKEN, where it is configured."""
    fetch = {
        "parameters": [_NAME, parameter("header", "Range", {"type": "string"})],
        "responses": answers({200: AUDIO, 206: AUDIO, 304: _NOT_MODIFIED}, 401, 404, 412, 416, 422),
    }
    paths: Json = {
        "/api/generate": {"post": generate_operation()},
        "/temp/{filename}": {
            "get": {"operationId": "fetch", "summary": "A temp file's bytes", **fetch},
            "head": {"operationId": "describe", "summary": "A temp file's size", **fetch},
        },
        "/api/cleanup/temp/{filename}": {
            "delete": {
                "operationId": "cleanUp",
                "summary": "Delete a temp file; success too when it is gone already",
                "parameters": [_NAME, parameter("header", "If-Match", {"type": "string"})],
                "responses": answers({200: json_answer("Gone", DeletedTempFile)}, 401, 412, 422),
            }
        },
        "/health/live": LIVE,
    }
    for path, operations in paths.items():
        if not path.startswith("/health"):
            for operation in operations.values():
                operation["security"] = [{}, {"service": []}]
    return document(
        "audiolib generator",
        "Speaks texts into temp files.",
        paths,
        {"securitySchemes": {"service": {"type": "http", "scheme": "bearer"}}},
    )
