"""The gateway's OpenAPI document: what the public sees."""

from audiolib.entrypoints.http.generator_openapi import generate_operation
from audiolib.entrypoints.http.library_openapi import library_paths
from audiolib.entrypoints.http.openapi import LIVE, READY, Json, answers, document, links

_OWN_PROBLEMS = (401, 403, 429, 502, 503, 504)
_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "an API key, or a JSON Web Token of the configured issuer",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def gateway_document() -> Json:
    """The library, the generator behind /audio/generate, and links to embedded audio."""
    paths = library_paths() | {"/audio/generate": {"post": generate_operation()}}
    for operations in paths.values():
        for operation in operations.values():
            operation["security"] = [{"bearer": []}, {"apiKey": []}]
            operation["responses"] = answers({}, *_OWN_PROBLEMS, 404) | operation["responses"]
    paths["/files/{key}"] = links(504)
    paths |= {"/health/live": LIVE, "/health/ready": READY}
    return document(
        "audiolib",
        "Generate audio, save it to your library, and listen to it.",
        paths,
        {"securitySchemes": _SCHEMES},
    )
