"""What people say of an asset, and what they ask a voice to say."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from audiolib.domain.model.validation import (
    ListRule,
    NumberRule,
    PatternRule,
    TextRule,
    declare,
    field_errors,
    raise_if_any,
)

TEXT = TextRule(at_most=100_000, lines=True)
TEXT_OR_NONE = attrs.evolve(TEXT, at_least=0)
"""Nobody has to know what is said in a recording."""
NAME = TextRule(at_most=100)
LANGUAGE = PatternRule(
    pattern=re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII),
    meaning="a language tag such as en or pt-BR",
)
SPEED = NumberRule(at_least=0.25, at_most=4.0)
TITLE = TextRule(at_most=200)
DESCRIPTION = TextRule(at_least=0, at_most=2_000, lines=True)
TAGS = ListRule(item=TextRule(at_most=64), at_most=32)
FOLDER = TextRule(at_most=200)


def as_strings(value: Any) -> Any:
    """A list, as JSON has it, becomes the tuple that a frozen value holds."""
    return tuple(value) if isinstance(value, list) else value


@attrs.frozen(kw_only=True)
class Speech:
    """What was said, by which voice, and how; `speed` 1.0 is the voice's own."""

    text: str = attrs.field(metadata=declare(TEXT_OR_NONE))
    voice: str = attrs.field(metadata=declare(NAME))
    voice_name: str = attrs.field(metadata=declare(NAME))
    language: str = attrs.field(default="en", metadata=declare(LANGUAGE))
    speed: float = attrs.field(default=1.0, metadata=declare(SPEED))
    model: str = attrs.field(metadata=declare(NAME))

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))


@attrs.frozen(kw_only=True)
class Metadata:
    """Title, description, tags and folder: what a listener may change later."""

    title: str = attrs.field(metadata=declare(TITLE))
    description: str = attrs.field(metadata=declare(DESCRIPTION))
    tags: tuple[str, ...] = attrs.field(default=(), converter=as_strings, metadata=declare(TAGS))
    folder: str | None = attrs.field(default=None, metadata=declare(FOLDER))
    speech: Speech

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))


@attrs.frozen(kw_only=True)
class SpeechRequest:
    """Text in a language, by a voice, at a speed (1.0 is the voice's own)."""

    text: str = attrs.field(
        metadata=declare(TEXT, "what the voice says; at most GENERATOR_MAX_TEXT at once")
    )
    voice: str = attrs.field(
        default="kokoro-82m",
        metadata=declare(NAME, "a voice; for an unknown one, the answer lists the voices"),
    )
    language: str = attrs.field(default="en", metadata=declare(LANGUAGE, "the text's language"))
    speed: float = attrs.field(default=1.0, metadata=declare(SPEED, "1 is the voice's own speed"))

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))


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
