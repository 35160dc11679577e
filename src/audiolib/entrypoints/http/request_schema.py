"""The JSON Schema of a request, from the fields that its command declares."""

import re
from functools import cache, singledispatch
from typing import Any

import attrs

from audiolib.domain.model.validation import (
    ListRule,
    NumberRule,
    PatternRule,
    Rule,
    TextRule,
    rules_of,
)
from audiolib.entrypoints.http.openapi import Json, object_schema

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"


def fields_of(command: type) -> frozenset[str]:
    """Return the names of the fields that a request may have."""
    return frozenset(rules_of(command))


@cache
def required_fields_of(command: type) -> tuple[str, ...]:
    """Return the names of those that it must have, in the order of their declaration."""
    return tuple(name for name in rules_of(command) if _default(command, name) is attrs.NOTHING)


def request_schema(command: type, **more: Json) -> Json:
    """Return the schema of a command's declared fields; `more` adds to the schemas of some."""
    properties = {
        name: _schema_of_field(command, name, rule)
        | ({"description": meaning} if meaning else {})
        | _default_schema(_default(command, name))
        | more.get(name, {})
        for name, (rule, meaning) in rules_of(command).items()
    }
    schema = object_schema(required_fields_of(command), **properties)
    return schema | {"additionalProperties": False}


@singledispatch
def schema_of(rule: Rule) -> Json:
    """Return the schema of a value under the rule."""
    raise TypeError(f"no schema is known for {type(rule).__name__}")


@schema_of.register
def _(rule: TextRule) -> Json:
    schema: Json = {"type": "string", "minLength": rule.at_least, "maxLength": rule.at_most}
    if rule.at_least and not rule.lines:
        schema["pattern"] = f"^[^{_CONTROL}]*[^\\s{_CONTROL}][^{_CONTROL}]*$"
    return schema


@schema_of.register
def _(rule: PatternRule) -> Json:
    # Of its groups, only those that capture are the same in both dialects' oldest versions.
    pattern = re.sub(r"\(\?:", "(", rule.pattern.pattern)
    return {"type": "string", "pattern": f"^{pattern}$"}


@schema_of.register
def _(rule: NumberRule) -> Json:
    return {"type": "number", "minimum": rule.at_least, "maximum": rule.at_most}


@schema_of.register
def _(rule: ListRule) -> Json:
    return {
        "type": "array",
        "maxItems": rule.at_most,
        "uniqueItems": True,
        "items": schema_of(rule.item),
    }


def _schema_of_field(command: type, name: str, rule: Rule) -> Json:
    schema = schema_of(rule)
    is_required = _default(command, name) is attrs.NOTHING
    # What is null counts as absent.
    return schema if is_required else schema | {"type": [schema["type"], "null"]}


def _default(command: type, name: str) -> Any:
    return getattr(attrs.fields(command), name).default


def _default_schema(default: Any) -> Json:
    is_shown = default is not attrs.NOTHING and default is not None and default != ()
    return {"default": default} if is_shown else {}
