"""Cuts a text where a speaker would breathe, so that it can be spoken piece by piece."""

import re
from collections.abc import Iterator

LONGEST_SENTENCE = 400

# Shorter ones sound hurried on their own, and many are no sentences but "J." or "No. ".
_SHORTEST = 25
# Each alternative is of bounded length up to its white space, which keeps the search linear even
# in 100,000 full stops. The escapes are a curly apostrophe, and the full-width ! and ?.
_END = re.compile(
    r"""(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)[.!?…]["'”\u2019»)\]]{0,3}\s+"""
    r"|[。\uff01\uff1f]|\n\s*"
)
_CLAUSE_END = re.compile(r"[.!?…,;:—、]\s")
_SPACE = re.compile(r"\s")


def sentences(text: str, longest: int = LONGEST_SENTENCE) -> Iterator[str]:
    """The text in order, a sentence or so at a time, none longer than `longest` characters."""
    start = 0
    for found in _END.finditer(text):
        if found.end() - start >= _SHORTEST:
            yield from stretches(text[start : found.end()], longest)
            start = found.end()
    yield from stretches(text[start:], longest)


def stretches(text: str, longest: int) -> Iterator[str]:
    """The text whole if it fits; else cut after clauses, else at spaces, else anywhere."""
    text = text.strip()
    while len(text) > longest:
        cut = _last_break(text, longest)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def speakable(text: str) -> bool:
    """Whether there is a letter or a digit; voices babble or fail at anything less."""
    return any(character.isalnum() for character in text)


def _last_break(text: str, longest: int) -> int:
    # Breaks in the first half would leave scraps.
    for breaks in (_CLAUSE_END, _SPACE):
        found = [match.end() for match in breaks.finditer(text, longest // 2, longest + 1)]
        if found:
            return min(found[-1], longest)
    return longest
