"""A tenant's ids are plain: nothing in them can leave its folder."""

import pytest

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.tenant import Tenant

GOOD = ["a", "Z", "0", "acme", "ACME", "a_b-c", "0-0", "audio", "a" * 64]
BAD = [
    "",
    " ",
    "-",
    "_",
    ".",
    "..",
    "-a",
    "_a",
    "a.b",
    "a/b",
    "/a",
    "a/",
    "a\\b",
    "a b",
    " a",
    "a ",
    "a\n",
    "\na",
    "a\x00",
    "a\t",
    "a%2Fb",
    "a:b",
    "a+b",
    "a@b",
    "a$b",
    "a*",
    "a" * 65,
    "\u0430cme",
    "acm\u00e9",
    "a\u2215b",
    "a\u2024b",
    "a\u200bb",
    "\uff41cme",
    "\u0661",
    "\u212aelvin",
    "\u202eacme",
    "\ud800",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_plain_id_is_a_tenants(text: str) -> None:
    assert str(Tenant(customer_id=text, user_id=text)) == f"{text}/{text}"


@pytest.mark.parametrize("text", BAD, ids=ascii)
def test_an_id_that_could_escape_its_folder_is_no_tenants(text: str) -> None:
    with pytest.raises(InvalidRequestError) as both:
        Tenant(customer_id=text, user_id=text)
    assert [fault.field for fault in both.value.faults] == ["customer_id", "user_id"]
    with pytest.raises(InvalidRequestError) as one:
        Tenant(customer_id="acme", user_id=text)
    assert [fault.field for fault in one.value.faults] == ["user_id"]


@pytest.mark.parametrize("value", [None, 1, True, b"acme", ["acme"]], ids=repr)
def test_an_id_is_a_string(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="must be a string"):
        Tenant(customer_id=value, user_id="ann")  # type: ignore[arg-type]


def test_ids_differ_by_case() -> None:
    assert Tenant(customer_id="acme", user_id="ann") != Tenant(customer_id="ACME", user_id="ann")
