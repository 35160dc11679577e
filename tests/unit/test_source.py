"""Bytes come from a temp file of an allowed generator, and from nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.errors import ForbiddenSourceError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import AllowedSources, TempFile

BASE = "http://audio-generation-factory:3000"
SECOND = "https://other.test/voices"
BASES = AllowedSources([BASE + "/", SECOND])

GOOD = [
    ("/temp/a.wav", BASE, "a.wav"),
    (f"{BASE}/temp/a.wav", BASE, "a.wav"),
    (f"{SECOND}/temp/b-1.mp3", SECOND, "b-1.mp3"),
    ("/temp/a.b.opus", BASE, "a.b.opus"),
]
HOSTILE = [
    "",
    " ",
    "/",
    "a.wav",
    "temp/a.wav",
    "./temp/a.wav",
    "/temp",
    "/temp/",
    "/temp//a.wav",
    "//temp/a.wav",
    "///temp/a.wav",
    "/Temp/a.wav",
    "/TEMP/a.wav",
    "/tmp/a.wav",
    "/temp/../x.wav",
    "/temp/./x.wav",
    "/temp/..%2fx.wav",
    "/temp/%2e%2e/x.wav",
    "/temp%2fx.wav",
    "/temp\\x.wav",
    "\\temp\\x.wav",
    "/x/temp/a.wav",
    "/x/../temp/a.wav",
    "/temp/a.wav?",
    "/temp/a.wav?x=1",
    "/temp/a.wav#",
    "/temp/a.wav#x",
    "/temp/a.wav;x",
    "/temp/a.wav/",
    "/temp/a.wav/b.wav",
    "/temp/a%2ewav",
    "/temp/a.exe",
    "/temp/con.wav",
    " /temp/a.wav",
    "/temp/a.wav ",
    "\t/temp/a.wav",
    "/te\tmp/a.wav",
    "/temp/a.wav\n",
    "\n/temp/a.wav",
    "/temp/\r\na.wav",
    "/temp/a.wav\x00",
    "/temp/\u2024\u2024/x.wav",
    "/temp/\uff0e\uff0e/x.wav",
    "/temp\u2215a.wav",
    "//evil/temp/x.wav",
    "\\\\evil/temp/x.wav",
    "/\\evil/temp/x.wav",
    "http://evil.test/temp/a.wav",
    "http:/temp/a.wav",
    "http:///temp/a.wav",
    "file:///temp/a.wav",
    "ftp://audio-generation-factory:3000/temp/a.wav",
    "data:audio/wav;base64,AAAA",
    "javascript:/temp/a.wav",
    BASE,
    f"{BASE}/",
    f"{BASE}/a.wav",
    f"{BASE}//temp/a.wav",
    f"{BASE}/x/temp/a.wav",
    f"{BASE}/temp/../x.wav",
    f"{BASE}/temp/a.wav?x",
    f"{BASE}/temp/a.wav#/temp/b.wav",
    f"{BASE} /temp/a.wav",
    f" {BASE}/temp/a.wav",
    f"{BASE}\\temp\\a.wav",
    f"{BASE}.evil.test/temp/a.wav",
    f"{BASE}0/temp/a.wav",
    f"{BASE}@evil.test/temp/a.wav",
    f"{BASE}:80/temp/a.wav",
    f"{BASE}#@evil.test/temp/a.wav",
    f"{BASE}?/temp/a.wav",
    "http://audio-generation-factory/temp/a.wav",
    "http://audio-generation-factory:80/temp/a.wav",
    "http://audio-generation-factory:03000/temp/a.wav",
    "http://audio-generation-factory.:3000/temp/a.wav",
    "http://user@audio-generation-factory:3000/temp/a.wav",
    "http://user:pass@audio-generation-factory:3000/temp/a.wav",
    "http://evil.test\\@audio-generation-factory:3000/temp/a.wav",
    "HTTP://audio-generation-factory:3000/temp/a.wav",
    "http://AUDIO-GENERATION-FACTORY:3000/temp/a.wav",
    "https://audio-generation-factory:3000/temp/a.wav",
    "http://audio%2Dgeneration-factory:3000/temp/a.wav",
    "http://127.0.0.1:3000/temp/a.wav",
    "http://2130706433:3000/temp/a.wav",
    "http://0x7f000001:3000/temp/a.wav",
    "http://127.1/temp/a.wav",
    "http://[::1]:3000/temp/a.wav",
    "http://[::ffff:127.0.0.1]:3000/temp/a.wav",
    "http://[0:0:0:0:0:ffff:7f00:1]/temp/a.wav",
    "http://169.254.169.254/temp/a.wav",
    "http://localhost:3000/temp/a.wav",
    "https://other.test/temp/a.wav",
    "https://other.test/voices/../temp/a.wav",
    "https://other.test/voicestemp/a.wav",
    "https://other.test/voices-evil/temp/a.wav",
    f"{SECOND}{SECOND}/temp/a.wav",
]


@pytest.mark.parametrize(("url", "base", "name"), GOOD)
def test_a_temp_file_of_an_allowed_generator_is_taken(url: str, base: str, name: str) -> None:
    assert BASES.temp_file(url) == TempFile(base=base, name=TempName(name))


@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
def test_any_other_url_is_forbidden_and_the_message_never_tells_why(url: str) -> None:
    with pytest.raises(ForbiddenSourceError) as refused:
        BASES.temp_file(url)
    assert str(refused.value) == str(ForbiddenSourceError())
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_let_through_is_rebuilt_from_base_and_name_alone(before: str, after: str) -> None:
    for url in (f"{before}/temp/{after}", f"{BASE}{before}/temp/a.wav{after}"):
        try:
            found = BASES.temp_file(url)
        except ForbiddenSourceError:
            continue
        assert url in (str(found), f"{found.base}{found}")


def test_a_base_that_begins_another_one_does_not_shadow_it() -> None:
    bases = AllowedSources(["http://gen.test", "http://gen.test/v2"])
    assert bases.temp_file("http://gen.test/v2/temp/a.wav").base == "http://gen.test/v2"
    assert bases.temp_file("http://gen.test/temp/a.wav").base == "http://gen.test"


def test_a_generator_on_ipv6_is_matched_as_it_is_written() -> None:
    bases = AllowedSources(["http://[::1]:3000"])
    assert bases.temp_file("http://[::1]:3000/temp/a.wav").base == "http://[::1]:3000"
    with pytest.raises(ForbiddenSourceError):
        bases.temp_file("http://[0:0:0:0:0:0:0:1]:3000/temp/a.wav")


def test_at_least_one_generator_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one"):
        AllowedSources([])


def test_a_temp_file_is_written_without_its_base() -> None:
    assert str(BASES.temp_file(f"{SECOND}/temp/a.wav")) == "/temp/a.wav"
