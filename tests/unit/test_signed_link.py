"""A signed link opens what it was signed for, until it expires, and nothing else."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.links import SignedLink

UUID = "0190a0a0-0b0c-7d0d-8e0e-0123456789ab"
KEY = f"acme/ann/audio/{UUID}.wav"
SECRET = b"secret"
END = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
BEFORE = END - timedelta(microseconds=1)
LINK = SignedLink(
    key=ObjectKey.parse(KEY),
    expires_at=END,
    content_type="audio/wav",
    filename='Caf\u00e9 & "more"?\n\U0001f600.wav',
)
QUERY = dict(parse_qsl(LINK.query(SECRET), keep_blank_values=True))


def opened(
    key: str = KEY, *, secret: bytes = SECRET, now: datetime = BEFORE, **changed: str
) -> SignedLink | None:
    return SignedLink.opened(key, QUERY | changed, secrets=[secret], now=now)


TAMPERED = {
    "a later end": {"expires": str(int(END.timestamp()) + 1)},
    "an earlier end": {"expires": str(int(END.timestamp()) - 1)},
    "another type": {"type": "text/html"},
    "a type in upper case": {"type": "AUDIO/WAV"},
    "no type": {"type": ""},
    "another name": {"name": "evil.html"},
    "a longer name": {"name": LINK.filename + " "},
    "no name": {"name": ""},
    "a name with the type in it": {"name": "audio/wav&name=" + LINK.filename},
    "another signature": {"signature": "0" * 64},
    "a signature in upper case": {"signature": QUERY["signature"].upper()},
    "a shorter signature": {"signature": QUERY["signature"][:-1]},
    "a longer signature": {"signature": QUERY["signature"] + "0"},
    "a spaced signature": {"signature": QUERY["signature"] + " "},
    "no signature": {"signature": ""},
    "a signature that is not ASCII": {"signature": "\u00e4" * 64},
}
OTHER_KEYS = [
    KEY.replace("acme", "zenith"),
    KEY.replace("ann", "bob"),
    KEY.replace("0190", "0191"),
    KEY.replace("wav", "mp3"),
    KEY.replace("acme", "ACME"),
]
NO_KEYS = ["", "/", f"/{KEY}", f"{KEY}\n", f"{KEY}/", f"../{KEY}", "\ud800", "x" * 10_000]
NO_TIMES = ["", " ", "x", "1e9", "nan", "0x10", "-1", "0", "9" * 20, "9" * 5000, "-" + "9" * 20]


def test_a_link_opens_until_it_expires() -> None:
    assert opened() == LINK


@pytest.mark.parametrize("late", [0, 1, 86_400 * 365])
def test_a_link_is_shut_from_its_end_on(late: int) -> None:
    assert opened(now=END + timedelta(seconds=late)) is None


def test_parts_of_a_second_are_not_signed() -> None:
    link = SignedLink(
        key=LINK.key,
        expires_at=END + timedelta(milliseconds=999),
        content_type=LINK.content_type,
        filename=LINK.filename,
    )
    assert link.query(SECRET) == LINK.query(SECRET)


@pytest.mark.parametrize("changed", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_link_that_was_tampered_with_is_shut(changed: dict[str, str]) -> None:
    assert SignedLink.opened(KEY, QUERY | changed, secrets=[SECRET], now=BEFORE) is None


@pytest.mark.parametrize("key", OTHER_KEYS)
def test_a_link_opens_no_other_object(key: str) -> None:
    assert opened(key) is None


@pytest.mark.parametrize("key", NO_KEYS, ids=lambda key: f"{key!a:.40}")
def test_what_is_no_key_is_shut(key: str) -> None:
    assert opened(key) is None


@pytest.mark.parametrize("secret", [b"", b"Secret", b"secret\n", b"secret\0x", b"x" * 1000])
def test_another_secret_shuts_it(secret: bytes) -> None:
    assert opened(secret=secret) is None


@pytest.mark.parametrize("missing", ["expires", "type", "name", "signature"])
def test_a_link_without_one_of_its_parts_is_shut(missing: str) -> None:
    query = {name: value for name, value in QUERY.items() if name != missing}
    assert SignedLink.opened(KEY, query, secrets=[SECRET], now=BEFORE) is None


@pytest.mark.parametrize("form", ["+{}", "{} ", " {}", "0{}", "{}.0", "{}\n", "\u0661{}"])
def test_a_time_has_one_spelling(form: str) -> None:
    assert opened(expires=form.format(QUERY["expires"])) is None
    assert opened(expires=f"{QUERY['expires'][:1]}_{QUERY['expires'][1:]}") is None


def test_a_link_opens_by_each_of_two_secrets() -> None:
    old, new = b"o" * 32, b"n" * 32
    for secret in (old, new):
        query = dict(parse_qsl(LINK.query(secret), keep_blank_values=True))
        assert SignedLink.opened(KEY, query, secrets=[new, old], now=BEFORE) == LINK
    query = dict(parse_qsl(LINK.query(old), keep_blank_values=True))
    assert SignedLink.opened(KEY, query, secrets=[new], now=BEFORE) is None


@pytest.mark.parametrize("expires", NO_TIMES, ids=lambda text: f"{text!a:.40}")
def test_an_end_that_is_no_time_is_shut(expires: str) -> None:
    assert opened(expires=expires) is None


def test_further_parameters_do_not_matter() -> None:
    assert opened(utm_source="mail") == LINK


def test_every_part_has_its_own_place_in_the_signature() -> None:
    one = SignedLink(key=LINK.key, expires_at=END, content_type="a", filename="b&name=c")
    two = SignedLink(key=LINK.key, expires_at=END, content_type="a&name=b", filename="c")
    assert one.query(SECRET)[-64:] != two.query(SECRET)[-64:]


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


@given(key=TEXT | st.just(KEY), query=st.dictionaries(st.sampled_from(sorted(QUERY)), TEXT))
def test_no_query_makes_it_raise_or_opens_it(key: str, query: dict[str, str]) -> None:
    assert SignedLink.opened(key, query, secrets=[SECRET], now=BEFORE) is None


@given(content_type=TEXT, filename=TEXT, secret=st.binary(max_size=100))
def test_whatever_is_signed_is_opened(content_type: str, filename: str, secret: bytes) -> None:
    link = SignedLink(key=LINK.key, expires_at=END, content_type=content_type, filename=filename)
    query = dict(parse_qsl(link.query(secret), keep_blank_values=True))
    assert SignedLink.opened(KEY, query, secrets=[secret], now=BEFORE) == link
