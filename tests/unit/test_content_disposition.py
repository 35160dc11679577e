"""A download's name can be anything, and its header stays one header."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.links import attachment

HEADER = re.compile(
    r'attachment; filename="(?P<plain>[A-Za-z0-9 ._()-]+)"'
    r"(?:; filename\*=UTF-8''(?P<true>(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*))?",
    re.ASCII,
)
NAMES = [
    ("a.wav", 'attachment; filename="a.wav"'),
    ("My song (1).mp3", 'attachment; filename="My song (1).mp3"'),
    ("Caf\u00e9.wav", "attachment; filename=\"Caf_.wav\"; filename*=UTF-8''Caf%C3%A9.wav"),
    ("\u65e5\u672c.wav", "attachment; filename=\"_.wav\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.wav"),
    ('a"b.wav', "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%22b.wav"),
    ("a\\b.wav", "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%5Cb.wav"),
    ("a/b.wav", "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%2Fb.wav"),
    ("a'b.wav", "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%27b.wav"),
    ("a%22b.wav", "attachment; filename=\"a_22b.wav\"; filename*=UTF-8''a%2522b.wav"),
    ("a;b.wav", "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%3Bb.wav"),
    ("a*b.wav", "attachment; filename=\"a_b.wav\"; filename*=UTF-8''a%2Ab.wav"),
    ("~a.wav", "attachment; filename=\"_a.wav\"; filename*=UTF-8''~a.wav"),
    (" a.wav ", "attachment; filename=\"a.wav\"; filename*=UTF-8''%20a.wav%20"),
    (".wav", "attachment; filename=\"wav\"; filename*=UTF-8''.wav"),
    ("..", "attachment; filename=\"audio\"; filename*=UTF-8''.."),
    ("../../x.wav", "attachment; filename=\"_.._x.wav\"; filename*=UTF-8''..%2F..%2Fx.wav"),
]
INJECTIONS = [
    "a\r\nSet-Cookie: x=1\r\n\r\n<html>.wav",
    "a\nb.wav",
    "a\rb.wav",
    "a\x00b.wav",
    "a\x85b\u2028c.wav",
    'a"; filename="evil.html',
    'a"\r\nContent-Type: text/html',
    "a\\",
    'a\\"; filename=evil.exe; x="',
    "\u010d\u010a.wav",
    "\u202evaw.exe",
    "=?utf-8?b?ZXZpbA==?=",
]


@pytest.mark.parametrize(("filename", "header"), NAMES)
def test_a_name_has_its_header(filename: str, header: str) -> None:
    assert attachment(filename) == header


@pytest.mark.parametrize("filename", INJECTIONS, ids=ascii)
def test_a_name_adds_no_header_and_no_parameter(filename: str) -> None:
    header = attachment(filename)
    found = HEADER.fullmatch(header)
    assert found is not None
    assert unquote(found["true"]) == filename
    assert header.count('"') == 2
    assert not set("\r\n\0\\") & set(header)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_name_is_carried_whole_in_one_ascii_line(filename: str) -> None:
    found = HEADER.fullmatch(attachment(filename))
    assert found is not None
    true = found["plain"] if found["true"] is None else unquote(found["true"], errors="strict")
    assert true == filename
    assert not found["plain"].startswith((".", " "))
