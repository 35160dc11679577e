"""docs/reference.md, generated from the declarations: `python -m` this module prints it."""

import sys
from collections.abc import Iterator
from typing import Any

from audiolib.domain.model import errors
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.http import problem_details
from audiolib.entrypoints.http.answer_schemas import answer_schemas
from audiolib.entrypoints.http.library_openapi import library_paths
from audiolib.entrypoints.http.openapi import Json
from audiolib.entrypoints.http.request_schema import request_schema

_HEAD = """\
# Reference

Fields of requests and answers, and the codes of errors. The calls are in [api.md](api.md). This
page is generated from the declarations by `make docs`.
"""
_OF_HTTP = {
    "not_found": "There is no such path.",
    "method_not_allowed": "The path has no such method; Allow names those that it has.",
    "internal_error": "Something went wrong, and is in the log under the request's id.",
}
_REQUESTS = {"POST /audio-library": SaveAudio, "POST /audio/generate": SpeechRequest}


def reference_document() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *_requests(), *_parameters(), *_answers(), *_codes()])


def _requests() -> Iterator[str]:
    for call, command in _REQUESTS.items():
        schema = request_schema(command)
        yield f"## Request of `{call}`\n\n| field | limit | default | meaning |\n|---|---|---|---|"
        required, optional = schema["required"], schema["properties"].keys()
        for name in dict.fromkeys([*required, *optional]):
            field = schema["properties"][name]
            default = "required" if name in required else _code(field.get("default"))
            yield f"| `{name}` | {_limit(field)} | {default} | {field.get('description', '')} |"
        yield ""


def _parameters() -> Iterator[str]:
    yield "## Query parameters\n\n| call | parameter | limit | meaning |\n|---|---|---|---|"
    for path, operations in library_paths().items():
        for method, operation in operations.items():
            for each in operation["parameters"]:
                if each["in"] == "query":
                    call, meaning = f"`{method.upper()} {path}`", each.get("description", "")
                    yield f"| {call} | `{each['name']}` | {_limit(each['schema'])} | {meaning} |"
    yield ""


def _answers() -> Iterator[str]:
    for name, schema in answer_schemas().items():
        yield f"## Answer `{name}`\n\n{schema['description']}\n"
        yield "| field | type | meaning |\n|---|---|---|"
        for field, shape in schema["properties"].items():
            yield f"| `{field}` | {_type(shape)} | {shape.get('description', '')} |"
        yield ""


def _codes() -> Iterator[str]:
    """The codes in the order of their status, each with the meaning of its error."""
    meanings = {
        error.code: (error.__doc__ or "").splitlines()[0]
        for module in (errors, problem_details)
        for error in vars(module).values()
        if isinstance(error, type)
        and issubclass(error, errors.AudioLibraryError)
        and "code" in vars(error)
    }
    meanings |= _OF_HTTP
    yield "## Codes of errors\n\n| code | status | meaning |\n|---|---|---|"
    for code, status in sorted(problem_details.STATUS_BY_CODE.items(), key=lambda item: item[1]):
        yield f"| `{code}` | {status} | {meanings.get(code, '')} |"
    yield ""


def _limit(field: Json) -> str:
    if "maxLength" in field:
        return f"{field['minLength']:,} to {field['maxLength']:,} characters"
    if "maximum" in field:
        return f"{field['minimum']:g} to {field['maximum']:,g}"
    if "maxItems" in field:
        return f"up to {field['maxItems']}, of {_limit(field['items'])} each, all different"
    return _code(field["pattern"].strip("^$").replace("|", "\\|"))


def _type(shape: Json) -> str:
    if "anyOf" in shape:
        return " or ".join(_type(each) for each in shape["anyOf"])
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return f"[`{name}`](#answer-{name.lower()})"
    if shape.get("type") == "array":
        return f"list of {_type(shape['items'])}"
    if "enum" in shape or "const" in shape:
        return _code(shape.get("const", shape.get("enum", [None])[0]))
    return str(shape.get("format", shape["type"]))


def _code(value: Any) -> str:
    if value is None:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(reference_document())
