"""Rules of fields, declared with them; each finds what is wrong, so that all is named at once.

A value class declares `attrs.field(metadata=declare(rule, meaning))`. Its own check, the JSON
Schema, the command line and the documentation read that one declaration.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Protocol

import attrs

from audiolib.domain.model.errors import FieldError, InvalidRequestError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FORBIDDEN_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_RULE, _MEANING = "rule", "meaning"


class Rule(Protocol):
    """What a field's value must be."""

    @abstractmethod
    def errors(self, field: str, value: object) -> Iterator[FieldError]:
        """Find what is wrong with the value; `field` is its name in the errors."""


@attrs.frozen(kw_only=True)
class TextRule(Rule):
    """A string of `at_least` to `at_most` characters; if any is needed, one that is not blank.

    Control characters are refused (line breaks and tabs too, unless `lines`), and so are lone
    surrogates, which no encoding can carry.
    """

    at_least: int = 1
    at_most: int
    lines: bool = False

    def errors(self, field: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(field, f"must be a string, not {_kind(value)}")
        elif not self.at_least <= len(value) <= self.at_most:
            lengths = f"{self.at_least} to {self.at_most}"
            yield FieldError(field, f"must have {lengths} characters, not {len(value)}")
        elif (_FORBIDDEN_IN_TEXT if self.lines else _CONTROL).search(value):
            yield FieldError(field, "must not contain control characters")
        elif _SURROGATE.search(value):
            yield FieldError(field, "must not contain lone surrogates")
        elif self.at_least and not value.strip():
            yield FieldError(field, "must not be blank")


@attrs.frozen(kw_only=True)
class PatternRule(Rule):
    """A string that matches as a whole; `meaning` describes what does."""

    pattern: re.Pattern[str]
    meaning: str

    def errors(self, field: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(field, f"must be a string, not {_kind(value)}")
        elif not self.pattern.fullmatch(value):
            yield FieldError(field, f"must be {self.meaning}, not {value[:80]!r}")


@attrs.frozen(kw_only=True)
class NumberRule(Rule):
    """A finite number within bounds; a boolean is no number."""

    at_least: float
    at_most: float

    def errors(self, field: str, value: object) -> Iterator[FieldError]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield FieldError(field, f"must be a number, not {_kind(value)}")
        elif not self.at_least <= value <= self.at_most:
            yield FieldError(field, f"must be {self.at_least:g} to {self.at_most:g}")


@attrs.frozen(kw_only=True)
class ListRule(Rule):
    """Up to `at_most` different strings."""

    item: TextRule
    at_most: int

    def errors(self, field: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, (list, tuple)):
            yield FieldError(field, f"must be a list of strings, not {_kind(value)}")
        elif len(value) > self.at_most:
            yield FieldError(field, f"must have at most {self.at_most} entries, not {len(value)}")
        else:
            for place, item in enumerate(value):
                yield from self.item.errors(f"{field}[{place}]", item)
            if len({str(item) for item in value}) < len(value):
                yield FieldError(field, "must not repeat an entry")


def declare(rule: Rule, meaning: str = "") -> dict[str, Any]:
    """Return the metadata of an attrs field: its rule, and what it means to who fills it in."""
    return {_RULE: rule, _MEANING: meaning}


@cache
def rules_of(value_class: type) -> Mapping[str, tuple[Rule, str]]:
    """Return the rule and the meaning of every declared field."""
    return {
        field.name: (field.metadata[_RULE], field.metadata[_MEANING])
        for field in attrs.fields(value_class)
        if _RULE in field.metadata
    }


def field_errors(value: attrs.AttrsInstance) -> Iterator[FieldError]:
    """Find what is wrong with the declared fields of a value; those that may be None are passed
    over where they are."""
    for field in attrs.fields(type(value)):
        given = getattr(value, field.name)
        if _RULE in field.metadata and not (given is None and field.default is None):
            yield from field.metadata[_RULE].errors(field.name, given)


def raise_if_any(*faults: FieldError) -> None:
    """Raises: InvalidRequestError when there is any fault."""
    if faults:
        raise InvalidRequestError(*faults)


def _kind(value: object) -> str:
    names = {bool: "a boolean", dict: "an object", list: "a list", str: "a string"}
    if value is None:
        return "null"
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "this")
