"""The generator's OpenAPI document."""

from audiolib.domain.model.metadata import FASTEST, LONGEST_NAME, LONGEST_TEXT, SLOWEST
from audiolib.entrypoints.http.openapi import (
    AUDIO,
    LIVE,
    TEMP_NAME,
    Json,
    answers,
    document,
    json_answer,
    json_request,
    object_schema,
    parameter,
    text,
)

_NAME = parameter("path", "filename", {"type": "string", "pattern": f"^{TEMP_NAME}$"})
GENERATE: Json = {
    **object_schema(
        ("text",),
        text=text(1, LONGEST_TEXT),
        voice=text(1, LONGEST_NAME, default="kokoro-82m"),
        language={"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$"},
        speed={"type": "number", "minimum": SLOWEST, "maximum": FASTEST},
    ),
    "additionalProperties": False,
}
SPOKEN = object_schema(
    ("success", "audio_url", "filename", "voice", "size", "duration", "sample_rate"),
    success={"const": True},
    audio_url={"type": "string"},
    filename={"type": "string"},
    voice={"type": "string"},
    size={"type": "integer", "description": "bytes"},
    duration={"type": "number", "description": "seconds"},
    sample_rate={"type": "integer", "description": "Hz"},
    content_type={"const": "audio/wav"},
)
_DELETED = object_schema(
    ("success", "filename", "deleted"),
    success={"const": True},
    filename={"type": "string"},
    deleted={"type": "boolean", "description": "false when it was gone already"},
)
_NOT_MODIFIED: Json = {"description": "As it was"}


def generate_operation() -> Json:
    """Speak a text."""
    return {
        "operationId": "generate",
        "summary": "Speak a text into a temp file",
        "requestBody": json_request(GENERATE),
        "responses": answers(
            {201: json_answer("Spoken", SPOKEN)}, 400, 401, 408, 413, 422, 503, 507
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
                "responses": answers({200: json_answer("Gone", _DELETED)}, 401, 412, 422),
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
