"""Rules for single fields; each yields the faults it finds, so that all are named at once."""

import re
from collections.abc import Iterator

from audiolib.domain.model.errors import FieldError, InvalidRequestError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FORBIDDEN_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def text_errors(
    field: str, value: object, *, at_least: int, at_most: int, lines: bool = False
) -> Iterator[FieldError]:
    """Length in characters; control characters are refused (line breaks and tabs too, unless
    `lines`), and so are lone surrogates, which no encoding can carry."""
    if not isinstance(value, str):
        yield FieldError(field, f"must be a string, not {_kind(value)}")
    elif not at_least <= len(value) <= at_most:
        yield FieldError(field, f"must have {at_least} to {at_most} characters, not {len(value)}")
    elif (_FORBIDDEN_IN_TEXT if lines else _CONTROL).search(value):
        yield FieldError(field, "must not contain control characters")
    elif _SURROGATE.search(value):
        yield FieldError(field, "must not contain lone surrogates")
    elif at_least and not value.strip():
        yield FieldError(field, "must not be blank")


def pattern_errors(
    field: str, value: object, pattern: re.Pattern[str], meaning: str
) -> Iterator[FieldError]:
    """The whole value must match; `meaning` describes what does."""
    if not isinstance(value, str):
        yield FieldError(field, f"must be a string, not {_kind(value)}")
    elif not pattern.fullmatch(value):
        yield FieldError(field, f"must be {meaning}, not {value[:80]!r}")


def number_errors(
    field: str, value: object, *, at_least: float, at_most: float
) -> Iterator[FieldError]:
    """A finite number within bounds; a boolean is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield FieldError(field, f"must be a number, not {_kind(value)}")
    elif not at_least <= value <= at_most:
        yield FieldError(field, f"must be {at_least:g} to {at_most:g}")


def tag_errors(field: str, value: object, *, at_most: int, length: int) -> Iterator[FieldError]:
    """A sequence of short strings without repeats."""
    if not isinstance(value, (list, tuple)):
        yield FieldError(field, f"must be a list of strings, not {_kind(value)}")
    elif len(value) > at_most:
        yield FieldError(field, f"must have at most {at_most} entries, not {len(value)}")
    else:
        for place, tag in enumerate(value):
            yield from text_errors(f"{field}[{place}]", tag, at_least=1, at_most=length)
        if len({str(tag) for tag in value}) < len(value):
            yield FieldError(field, "must not repeat an entry")


def raise_if_any(*faults: FieldError) -> None:
    """Raises: InvalidRequestError when there is any fault."""
    if faults:
        raise InvalidRequestError(*faults)


def _kind(value: object) -> str:
    names = {bool: "a boolean", dict: "an object", list: "a list", str: "a string"}
    if value is None:
        return "null"
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "this")
