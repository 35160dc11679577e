"""Whatever the rules let people say is read back as they said it."""

import json
from datetime import datetime
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.documents.asset_document import from_document, to_document
from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.testing.contracts.samples import pending, ready_from

NAME = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
LINE = NAME | st.sampled_from("\n\r\t\u2028\x85")


def names(most: int) -> st.SearchStrategy[str]:
    return st.text(NAME, min_size=1, max_size=most).filter(str.strip)


TAGS = st.lists(names(64), max_size=32, unique=True).map(tuple)
SPEECH = st.builds(
    Speech,
    text=st.text(LINE, min_size=1, max_size=300).filter(str.strip),
    voice=names(100),
    voice_name=names(100),
    language=st.from_regex(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True),
    speed=st.floats(0.25, 4.0),
    model=names(100),
)
METADATA = st.builds(
    Metadata,
    title=names(200),
    description=st.text(LINE, max_size=300),
    tags=TAGS,
    folder=st.none() | names(200),
    speech=SPEECH.filter(lambda speech: speech.language.isascii()),
)


def as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@given(METADATA)
def test_metadata_is_read_back_as_it_was_given(metadata: Metadata) -> None:
    intent = pending(metadata=metadata)
    assert from_document(to_document(intent)) == intent
    ready = ready_from(intent)
    assert from_document(to_document(ready)) == ready
    assert to_document(ready)["name"] == f"Audio - {metadata.title}"


@given(METADATA)
def test_metadata_survives_a_store_that_keeps_json(metadata: Metadata) -> None:
    ready = ready_from(pending(metadata=metadata))
    document = json.loads(json.dumps(to_document(ready), default=as_text))
    assert from_document(document) == ready


@given(st.floats(0, 604_800), st.integers(0, 1 << 40))
def test_numbers_are_read_back_exactly(duration: float, size: int) -> None:
    ready = attrs.evolve(ready_from(pending()), duration=duration, size=size)
    assert from_document(json.loads(json.dumps(to_document(ready), default=as_text))) == ready
