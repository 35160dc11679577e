"""The JSON Schemas of all answers, generated from their types."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from audiolib.entrypoints.http.answers import (
    Asset,
    AssetPage,
    DeletedTempFile,
    GeneratedSpeech,
    Health,
    Link,
    OneAsset,
    Problem,
    SavedAsset,
)

ANSWERS = (
    *(Asset, SavedAsset, AssetPage, OneAsset, Link, GeneratedSpeech, DeletedTempFile),
    *(Health, Problem),
)


def answer_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each answer, and of what it contains, by name.

    Every field is always present, save those that may be unset.
    """
    _, components = msgspec.json.schema_components(
        ANSWERS, ref_template="#/components/schemas/{name}"
    )
    for shape in _structs(ANSWERS):
        fields = msgspec.structs.fields(shape)
        components[shape.__name__]["required"] = [f.name for f in fields if f.default is not UNSET]
    return components


def _structs(types: Any) -> set[type[Struct]]:
    """Return the answers and all structs within them."""
    found: set[type[Struct]] = set()
    for each in types:
        if isinstance(each, type) and issubclass(each, Struct):
            found |= {each} | _structs(field.type for field in msgspec.structs.fields(each))
        else:
            found |= _structs(getattr(each, "__args__", ()))
    return found
