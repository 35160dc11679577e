"""What people say of an asset, and what they ask a voice to say."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from audiolib.domain.model.errors import FieldError
from audiolib.domain.model.validation import (
    number_errors,
    pattern_errors,
    raise_if_any,
    tag_errors,
    text_errors,
)

LONGEST_TEXT = 100_000
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 2_000
LONGEST_FOLDER = 200
LONGEST_NAME = 100
MOST_TAGS = 32
LONGEST_TAG = 64
SLOWEST, FASTEST = 0.25, 4.0
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)


def as_strings(value: Any) -> Any:
    """A list, as JSON has it, becomes the tuple that a frozen value holds."""
    return tuple(value) if isinstance(value, list) else value


@attrs.frozen(kw_only=True)
class Speech:
    """What was said, by which voice, and how; `speed` 1.0 is the voice's own."""

    text: str
    voice: str
    voice_name: str
    language: str = "en"
    speed: float = 1.0
    model: str

    def __attrs_post_init__(self) -> None:
        raise_if_any(*speech_errors(self, least_text=0))


def speech_errors(speech: Any, *, least_text: int = 1) -> Iterator[FieldError]:
    """The faults of anything with the fields of Speech; absent ones (None) are passed over. Nobody
    has to know what is said in a recording: its text may be empty."""
    yield from text_errors(
        "text", speech.text, at_least=least_text, at_most=LONGEST_TEXT, lines=True
    )
    yield from text_errors("voice", speech.voice, at_least=1, at_most=LONGEST_NAME)
    for field in ("voice_name", "model"):
        if (name := getattr(speech, field, None)) is not None:
            yield from text_errors(field, name, at_least=1, at_most=LONGEST_NAME)
    yield from pattern_errors(
        "language", speech.language, _LANGUAGE, "a language tag such as en or pt-BR"
    )
    yield from number_errors("speed", speech.speed, at_least=SLOWEST, at_most=FASTEST)


@attrs.frozen(kw_only=True)
class Metadata:
    """Title, description, tags and folder: what a listener may change later."""

    title: str
    description: str
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    folder: str | None = None
    speech: Speech

    def __attrs_post_init__(self) -> None:
        raise_if_any(*metadata_errors(self))


def metadata_errors(metadata: Any) -> Iterator[FieldError]:
    """The faults of anything with the fields of Metadata; absent ones (None) are passed over."""
    if metadata.title is not None:
        yield from text_errors("title", metadata.title, at_least=1, at_most=LONGEST_TITLE)
    if metadata.description is not None:
        yield from text_errors(
            "description",
            metadata.description,
            at_least=0,
            at_most=LONGEST_DESCRIPTION,
            lines=True,
        )
    yield from tag_errors("tags", metadata.tags, at_most=MOST_TAGS, length=LONGEST_TAG)
    if metadata.folder is not None:
        yield from text_errors("folder", metadata.folder, at_least=1, at_most=LONGEST_FOLDER)


def title_from(text: str, longest: int = 60) -> str:
    """The text's beginning in one line, cut at a word."""
    words = _words(text)
    title = next(words)
    for word in words:
        if len(title) + 1 + len(word) > longest:
            return title[:longest] + "…"
        title += f" {word}"
    return title if len(title) <= longest else title[:longest] + "…"


def _words(text: str) -> Iterator[str]:
    found: Iterable[str] = "".join(c if c.isprintable() else " " for c in text).split()
    yield from found or ["Untitled"]


@attrs.frozen(kw_only=True)
class SpeechRequest:
    """Text in a language, by a voice, at a speed (1.0 is the voice's own)."""

    text: str
    voice: str = "kokoro-82m"
    language: str = "en"
    speed: float = 1.0

    def __attrs_post_init__(self) -> None:
        raise_if_any(*speech_errors(self))
