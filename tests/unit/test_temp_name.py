"""A temp file's name never leads out of its folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.identifiers import TempName

GOOD = [
    "a.wav",
    "1.mp3",
    "speech.flac",
    "Speech-1_2.ogg",
    "a.b.c.opus",
    "0190a0a0-0b0c-7d0d-8e0e-0123456789ab.m4a",
    "A.webm",
    "a-.wav",
    "a_.wav",
    "con1.wav",
    "console.wav",
    "acon.wav",
    "com10.wav",
    "nul_.wav",
    "wav.wav",
    "a" * 124 + ".wav",
    "a" * 124 + ".webm",
]
HOSTILE = [
    "",
    ".",
    "..",
    "/",
    ".wav",
    "wav",
    "a",
    "a.",
    "a.wav.",
    "a.wav ",
    " a.wav",
    "a .wav ",
    "a b.wav",
    "a.wav\n",
    "a.wav\r\n",
    "\na.wav",
    "a\n.wav",
    "a.wav\x00",
    "a\x00.wav",
    "a.exe\x00.wav",
    "a\t.wav",
    "a\x7f.wav",
    "../a.wav",
    "../../etc/passwd",
    "..\\a.wav",
    "a/../b.wav",
    "./a.wav",
    "/a.wav",
    "//a.wav",
    "a/b.wav",
    "a.wav/",
    "a.wav/..",
    "a\\b.wav",
    "\\\\host\\a.wav",
    "%2e%2e%2fa.wav",
    "..%2fa.wav",
    "..%5ca.wav",
    "..%252fa.wav",
    "%2e%2e/a.wav",
    "a%2fb.wav",
    "a%00.wav",
    "a%20.wav",
    "..%c0%afa.wav",
    "..%u2215a.wav",
    "....//a.wav",
    "..;/a.wav",
    "a..wav",
    "a..b.wav",
    "a...wav",
    "..a.wav",
    ".a.wav",
    "-a.wav",
    "_a.wav",
    "~a.wav",
    "~/a.wav",
    "C:a.wav",
    "C:\\a.wav",
    "c:/a.wav",
    "a.wav:stream",
    "a.wav::$DATA",
    "con.wav",
    "CON.wav",
    "Con.mp3",
    "prn.wav",
    "aux.wav",
    "AUX.x.wav",
    "nul.wav",
    "NuL.ogg",
    "com0.wav",
    "com1.wav",
    "COM9.flac",
    "lpt1.wav",
    "Lpt9.a.b.wav",
    "com\u00b9.wav",
    "conin$.wav",
    "a.WAV",
    "a.Wav",
    "a.exe",
    "a.wav.exe",
    "a.wavx",
    "a.wa",
    "a.aac",
    "a.html",
    "a.wav?x=1",
    "a.wav#x",
    "a.wav;x",
    "a&b.wav",
    "a*.wav",
    "a'b.wav",
    'a".wav',
    "a<b.wav",
    "a|b.wav",
    "$(id).wav",
    "`id`.wav",
    "a@b.wav",
    "a+b.wav",
    "\u0661.wav",
    "a\uff11.wav",
    "\uff41.wav",
    "\u0430.wav",
    "\u00e9.wav",
    "a\u0301.wav",
    "a\u2024wav",
    "a\uff0ewav",
    "a\u2215b.wav",
    "a\uff0fb.wav",
    "a\u202evaw.wav",
    "a\u200b.wav",
    "\ufeffa.wav",
    "a.\u017fav",
    "a\ud800.wav",
    "a" * 125 + ".wav",
    "a" * 200 + ".wav",
    "a" * 200,
]


@pytest.mark.parametrize("text", GOOD)
def test_a_plain_audio_file_name_is_taken(text: str) -> None:
    assert str(TempName(text)) == text


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        TempName(text)
    assert [fault.field for fault in refused.value.faults] == ["filename"]


@pytest.mark.parametrize("value", [None, 1, b"a.wav", ["a.wav"]], ids=repr)
def test_a_name_is_a_string(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="must be a string"):
        TempName(value)  # type: ignore[arg-type]


def test_a_refusal_shows_only_the_beginning_of_a_long_name() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        TempName("a" * 10_000)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=20), st.sampled_from([".wav", ".webm", ""]))
def test_whatever_is_taken_is_one_plain_part_of_a_path(text: str, extension: str) -> None:
    try:
        name = str(TempName(text + extension))
    except InvalidRequestError:
        return
    assert name.isascii()
    assert name.isprintable()
    assert ".." not in name
    assert not set(name) & set("/\\:%?#~ ")
