"""A save command names every bad field, and every field's limits."""

import math
from typing import Any

import pytest

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.library.save_command import SaveAudio

TENANT = Tenant(customer_id="acme", user_id="ann")
TEXTS = ("text", "voice", "voice_name", "language", "model", "title", "description", "folder")
NEEDED = ("text", "voice", "language", "audio_url", "speed", "tags")
LINES = ("text", "description")
SURROGATES = [chr(code) for code in (0xD800, 0xDBFF, 0xDC80, 0xDFFF)]
NAMES = ("voice", "voice_name", "model", "title", "folder", "audio_url")

ACCEPTED: dict[str, list[Any]] = {
    "text": ["a", "a" * 100_000, "\U0001f600" * 100_000, "one\ntwo\r\n\tthree", " a "],
    "title": [None, "a", "a" * 200, "\U0001f600" * 200],
    "description": [None, "", " ", "\n", "a" * 2000, "one\ntwo"],
    "tags": [[], (), ["a"], ["a" * 64], [str(n) for n in range(32)], ["a", "A"], ("x", "y")],
    "folder": [None, "a", "a" * 200, "Inbox/2030", "../x"],
    "speed": [0.25, 1, 1.0, 4, 4.0],
    "language": ["en", "pt-BR", "zh-Hant-TW", "abcdefgh", "en-1-2-3", "en-12345678"],
    "voice": ["a", "a" * 100],
    "voice_name": [None, "a", "a" * 100, "J\u00f6rg \u2603"],
    "model": [None, "a", "a" * 100],
    "duration": [None, 0, 0.0, 1, 604_800, 604_800.0],
    "idempotency_key": [None, "a", "-", "_", "A-z_0", "a" * 255],
    "audio_url": ["a", "/temp/a.wav", "a" * 512],
}
REFUSED: dict[str, list[Any]] = {
    "text": ["", "a" * 100_001, " ", "\n\t ", "\u2003"],
    "title": ["", " ", "a" * 201],
    "description": ["a" * 2001],
    "tags": [None, "ab", {"a"}, {"a": 1}, 1, [str(n) for n in range(33)], ["a", "a"], ("a", "a")],
    "tags[0]": [[""], [" "], ["a" * 65], ["a\n"], [1], [True], [None], [["a"]], [{}], ["\ud800"]],
    "tags[1]": [["a", ""], ["a", None]],
    "folder": ["", " ", "a" * 201],
    "speed": [
        *(math.nextafter(0.25, 0), math.nextafter(4, 5), 0, -1, math.nan, math.inf, -math.inf),
        *(True, False, "1", [], {}, 10**400),
    ],
    "language": [
        *("", "e", "abcdefghi", "en_US", "en-", "-en", "en--US", "en-1-2-3-4", "en-123456789"),
        *("en ", "en\n", "\u0435n", "e1", "../en"),
    ],
    "voice": ["", " ", "a" * 101],
    "voice_name": ["", " ", "a" * 101],
    "model": ["", " ", "a" * 101],
    "duration": [-0.001, 604_800.001, math.nan, math.inf, -math.inf, True, "3", [], {}],
    "idempotency_key": ["", "a" * 256, "a b", "a:b", "a.b", "a/b", "a\n", "\u00e4", "\uff41", 1],
    "audio_url": ["", " ", "a" * 513],
}


def save(**fields: Any) -> SaveAudio:
    plain = {"audio_url": "/temp/a.wav", "text": "Hello.", "voice": "kokoro-82m"}
    return SaveAudio(tenant=TENANT, **(plain | fields))


def faults(**fields: Any) -> set[str]:
    with pytest.raises(InvalidRequestError) as refused:
        save(**fields)
    assert all(fault.message for fault in refused.value.faults)
    return {fault.field for fault in refused.value.faults}


def shown(value: object) -> str:
    return f"{value!a:.30}"


@pytest.mark.parametrize(
    ("field", "value"), [(f, v) for f, values in ACCEPTED.items() for v in values], ids=shown
)
def test_a_value_at_its_limit_is_accepted(field: str, value: Any) -> None:
    command = save(**{field: value})
    assert getattr(command, field) == (tuple(value) if field == "tags" else value)
    assert command.metadata.speech.text == command.text


@pytest.mark.parametrize(
    ("field", "value"), [(f, v) for f, values in REFUSED.items() for v in values], ids=shown
)
def test_a_value_beyond_its_limit_is_refused_by_its_fields_name(field: str, value: Any) -> None:
    assert faults(**{field.partition("[")[0]: value}) == {field}


@pytest.mark.parametrize("field", [*TEXTS, "audio_url", "idempotency_key"])
@pytest.mark.parametrize("value", [True, 0, 1.5, [], ["a"], {}, b"a"], ids=repr)
def test_text_of_another_type_is_refused(field: str, value: object) -> None:
    assert faults(**{field: value}) == {field}


@pytest.mark.parametrize("field", NEEDED)
def test_what_has_no_default_for_it_may_not_be_none(field: str) -> None:
    assert faults(**{field: None}) == {field}


@pytest.mark.parametrize("field", [*LINES, *NAMES])
@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x7f"])
def test_control_characters_are_refused(field: str, character: str) -> None:
    assert faults(**{field: f"a{character}b"}) == {field}


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x85", "\x9f", "\u2028", "\u2029"])
def test_a_name_has_one_line(field: str, character: str) -> None:
    assert faults(**{field: f"a{character}b"}) == {field}
    assert faults(**{field: f"a{character}"}) == {field}


@pytest.mark.parametrize("field", [*LINES, *NAMES])
@pytest.mark.parametrize("surrogate", SURROGATES, ids=ascii)
def test_lone_surrogates_are_refused(field: str, surrogate: str) -> None:
    assert faults(**{field: f"a{surrogate}"}) == {field}


def test_every_bad_field_is_named_at_once() -> None:
    bad = {
        **dict.fromkeys((*TEXTS, "audio_url", "idempotency_key"), ""),
        "description": "a" * 2001,
        "speed": 9,
        "duration": -1,
        "tags": ["ok", ""],
    }
    assert faults(**bad) == (bad.keys() - {"tags"}) | {"tags[1]"}


def test_a_bad_tag_and_a_repeated_one_are_named_together() -> None:
    assert faults(tags=["a", "a", ""]) == {"tags", "tags[2]"}


def test_a_refusal_is_short_however_long_the_value() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        save(language="x" * 99_999, idempotency_key="!" * 99_999, audio_url="a" * 99_999)
    assert len(str(refused.value)) < 600


def test_the_text_is_not_shown_in_the_repr() -> None:
    assert "secret diary" not in repr(save(text="secret diary"))
