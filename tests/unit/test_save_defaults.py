"""What a save command makes of absent fields, and which commands are the same request."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import rules_of
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.testing import in_memory_library

GOLDEN = "sha256:103f8b258e400c22e58ad88ce0da178c43245cdfaf88f821713b1911b4a66309"
TENANT = Tenant(customer_id="acme", user_id="ann")
BASES = AllowedSources(["http://gen.test", "http://second.test"])

TITLES = [
    ("Hello.", "Hello."),
    ("  Hello \n\t world  ", "Hello world"),
    ("a" * 60, "a" * 60),
    ("a" * 61, "a" * 60 + "\u2026"),
    ("a" * 61 + " b", "a" * 60 + "\u2026"),
    ("a" * 60 + " b", "a" * 60 + "\u2026"),
    ("word " * 12, ("word " * 12).strip()),
    ("word " * 13, ("word " * 12).strip() + "\u2026"),
    ("a" * 29 + " " + "b" * 30, "a" * 29 + " " + "b" * 30),
    ("a" * 29 + " " + "b" * 31, "a" * 29 + "\u2026"),
    ("a\u200bb", "a b"),
    ("\u200b\u200b", "Untitled"),
    ("\x80", "Untitled"),
]
OTHER: dict[str, Any] = {
    "audio_url": "/temp/b.wav",
    "text": "Hello!",
    "voice": "other",
    "voice_name": "Other",
    "language": "de",
    "speed": 1.5,
    "model": "other",
    "title": "Other",
    "description": "",
    "tags": ["a"],
    "folder": "Inbox",
    "duration": 2.5,
}
FULL: dict[str, Any] = {
    "text": "Good morning.",
    "voice": "kokoro-82m",
    "voice_name": "Kokoro",
    "language": "pt-BR",
    "speed": 1.25,
    "model": "kokoro-v1.0",
    "title": "Morning",
    "description": "Two\nlines",
    "tags": ["news", "a.b"],
    "folder": "Inbox/2030",
    "duration": 2.0,
}


def save(**fields: Any) -> SaveAudio:
    plain: dict[str, Any] = {
        "tenant": TENANT,
        "audio_url": "/temp/a.wav",
        "text": "Hello.",
        "voice": "v",
    }
    return SaveAudio(**(plain | fields))


def fingerprint(bases: AllowedSources = BASES, **fields: Any) -> str:
    command = save(**fields)
    return command.idempotency(command.temp_file(bases)).fingerprint


@pytest.mark.parametrize(("text", "title"), TITLES, ids=ascii)
def test_without_a_title_it_is_the_texts_beginning_cut_at_a_word(text: str, title: str) -> None:
    assert save(text=text).metadata.title == title


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=90))
def test_every_text_yields_a_title_that_keeps_the_rules(text: str) -> None:
    title = save(text=f"{text}.").metadata.title
    assert 1 <= len(title) <= 61
    assert title.isprintable()


def test_absent_fields_get_their_defaults() -> None:
    assert save().metadata == Metadata(
        title="Hello.",
        description="Generated with v",
        tags=(),
        folder=None,
        speech=Speech(
            text="Hello.", voice="v", voice_name="v", language="en", speed=1.0, model="v"
        ),
    )


def test_given_fields_are_kept_as_they_are() -> None:
    metadata = save(**FULL).metadata
    assert metadata == Metadata(
        title="Morning",
        description="Two\nlines",
        tags=("news", "a.b"),
        folder="Inbox/2030",
        speech=Speech(
            text="Good morning.",
            voice="kokoro-82m",
            voice_name="Kokoro",
            language="pt-BR",
            speed=1.25,
            model="kokoro-v1.0",
        ),
    )


def test_the_description_names_the_voice_as_people_know_it() -> None:
    assert save(voice_name="Ann").metadata.description == "Generated with Ann"
    assert save(voice_name="Ann", description="").metadata.description == ""


def test_an_integer_speed_is_kept_as_a_float() -> None:
    assert type(save(speed=2).metadata.speech.speed) is float


def test_both_forms_of_an_audio_url_are_one_request() -> None:
    assert fingerprint() == fingerprint(audio_url="http://gen.test/temp/a.wav")
    assert fingerprint(**FULL) == fingerprint(**FULL, audio_url="http://gen.test/temp/a.wav")


def test_the_same_name_at_another_generator_is_another_request() -> None:
    assert fingerprint() != fingerprint(audio_url="http://second.test/temp/a.wav")
    assert fingerprint() != fingerprint(AllowedSources(["http://second.test"]))


@pytest.mark.parametrize(("field", "value"), OTHER.items())
def test_a_request_that_differs_in_any_field_is_another_one(field: str, value: Any) -> None:
    assert fingerprint(**{field: value}) != fingerprint()
    assert fingerprint(**(FULL | {field: value})) != fingerprint(**FULL)


def test_the_table_of_differences_has_every_field() -> None:
    fields = {field.name for field in attrs.fields(SaveAudio)}
    assert OTHER.keys() | {"tenant", "idempotency_key"} == fields


def test_tags_as_a_list_or_a_tuple_and_in_another_order() -> None:
    assert fingerprint(tags=["a", "b"]) == fingerprint(tags=("a", "b"))
    assert fingerprint(tags=["a", "b"]) != fingerprint(tags=["b", "a"])


def test_neither_the_tenant_nor_the_key_is_part_of_the_fingerprint() -> None:
    other = Tenant(customer_id="zenith", user_id="bob")
    assert fingerprint() == fingerprint(tenant=other, idempotency_key="other")


def test_text_of_one_field_is_never_taken_for_another_ones() -> None:
    assert fingerprint(title="x") != fingerprint(folder="x")
    assert fingerprint(text='a","title":"b') != fingerprint(text="a", title="b")


def test_the_key_is_the_clients_or_else_the_fingerprint_which_no_client_can_send() -> None:
    temp_file = BASES.temp_file("/temp/a.wav")
    assert save(idempotency_key="mine").idempotency(temp_file).key == "mine"
    unnamed = save().idempotency(temp_file)
    assert unnamed.key == unnamed.fingerprint
    with pytest.raises(ValueError, match="idempotency_key"):
        save(idempotency_key=unnamed.fingerprint)


def test_fingerprint_is_the_same_in_every_version() -> None:
    """A request that was saved before an upgrade is recognised after it."""
    bases = AllowedSources(["http://gen.test"])
    command = SaveAudio(
        tenant=Tenant(customer_id="acme", user_id="ann"),
        audio_url="/temp/a.wav",
        text="Hello",
        voice="v",
        tags=["x"],
        duration=2,
    )
    assert command.idempotency(command.temp_file(bases)).fingerprint == GOLDEN


async def test_every_field_of_a_save_is_stored() -> None:
    library, told = in_memory_library(), {**OTHER}
    url = library.generate("a.wav")
    told |= {"audio_url": url, "tenant": TENANT, "idempotency_key": "mine"}
    saved = await library.save(SaveAudio(**told))
    document = json.dumps(library.world.assets.documents[saved.asset.id], default=str)
    for name in rules_of(SaveAudio).keys() - {"duration"}:
        value = told[name]
        for part in value if isinstance(value, list | tuple) else [value]:
            assert json.dumps(part) in document, name
