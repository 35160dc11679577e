"""Names that become keys, paths and URLs are safe, or are refused."""

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.identifiers import AssetId, ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.tenant import Tenant

UUID = "0190a0a0-0b0c-7d0d-8e0e-0123456789ab"
NOW = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
KEY = f"acme/ann/audio/{UUID}.wav"

TENANT_IDS = ["a", "Z9", "acme", "a_b-c", "audio", "a" * 64]
BAD_ASSET_IDS = [
    "",
    UUID.upper(),
    UUID.replace("-", ""),
    f"{{{UUID}}}",
    f"urn:uuid:{UUID}",
    f"{UUID}\n",
    f" {UUID}",
    f"{UUID}0",
    UUID[:-1],
    UUID.replace("7d0d", "7d0g"),
    UUID.replace("-", "_"),
    UUID.replace("-", "\u2010"),
    UUID.replace("0", "\u0660"),
    UUID.replace("a", "\u0430"),
    "../" + UUID,
    f"{UUID}/..",
    f"{UUID}%00",
    UUID[1:9] + UUID[8:] + "-",
]
BAD_KEYS = [
    "",
    "/",
    "///",
    f"/{KEY}",
    f"{KEY}/",
    f"{KEY}\n",
    f" {KEY}",
    f"../{KEY}",
    f"acme/../audio/{UUID}.wav",
    f"acme/ann/../ann/audio/{UUID}.wav",
    f"acme/ann/audio/../{UUID}.wav",
    f"acme/ann/audio/x/{UUID}.wav",
    f"acme/ann/x/audio/{UUID}.wav",
    f"acme/ann/audio/audio/{UUID}.wav",
    f"acme//audio/{UUID}.wav",
    f"/ann/audio/{UUID}.wav",
    f"acme/ann/video/{UUID}.wav",
    f"acme/ann/AUDIO/{UUID}.wav",
    f"acme/ann/{UUID}.wav",
    f"acme/audio/{UUID}.wav",
    f"acme%2Fann/audio/{UUID}.wav",
    f"acme/ann%2Faudio%2F{UUID}.wav",
    f"acme\\ann\\audio\\{UUID}.wav",
    f"acme/ann/audio/{UUID.upper()}.wav",
    f"acme/ann/audio/{UUID}",
    f"acme/ann/audio/{UUID}.",
    f"acme/ann/audio/{UUID}.w",
    f"acme/ann/audio/{UUID}.WAV",
    f"acme/ann/audio/{UUID}.wavwav",
    f"acme/ann/audio/{UUID}.tar.gz",
    f"acme/ann/audio/{UUID}..wav",
    f"acme/ann/audio/{UUID}.wav?x=1",
    f"acme/ann/audio/{UUID}.wav#x",
    f"acme/ann/audio/{UUID}.w\u0430v",
    f"acme/ann/audio/{UUID}.wav\x00",
]


@pytest.mark.parametrize("seed", range(20))
def test_a_new_asset_id_is_a_version_7_uuid_of_its_millisecond(seed: int) -> None:
    chance = random.Random(seed)
    now = NOW + timedelta(milliseconds=chance.randrange(10**12))
    made = uuid.UUID(str(AssetId.new(now, chance.randbytes)))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("byte", "last_parts"),
    [(b"\0", "7000-8000-000000000000"), (b"\xff", "7fff-bfff-ffffffffffff")],
)
def test_only_version_and_variant_are_not_random(byte: bytes, last_parts: str) -> None:
    made = str(AssetId.new(NOW, lambda size: byte * size))
    assert made.split("-", 2)[2] == last_parts


def test_asset_ids_sort_by_time_whatever_their_random_bits() -> None:
    chance = random.Random(7)
    moments = [NOW + timedelta(milliseconds=step) for step in range(500)]
    ids = [AssetId.new(moment, chance.randbytes) for moment in moments]
    assert ids == sorted(ids)
    assert sorted(map(str, ids)) == [str(each) for each in ids]


def test_a_uuid_of_another_version_is_an_asset_id_too() -> None:
    assert str(AssetId("c56a4180-65aa-42ec-a945-5fd21dec0538")).startswith("c56a4180")


@pytest.mark.parametrize("text", BAD_ASSET_IDS, ids=ascii)
def test_a_bad_asset_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        AssetId(text)
    assert [fault.field for fault in refused.value.faults] == ["id"]


@pytest.mark.parametrize("value", [None, 7, b"x", uuid.UUID(UUID)], ids=repr)
def test_an_asset_id_is_a_string(value: object) -> None:
    with pytest.raises(InvalidRequestError):
        AssetId(value)  # type: ignore[arg-type]


def test_a_key_reads_back_as_it_was_written() -> None:
    key = ObjectKey.parse(KEY)
    assert str(key) == KEY
    assert key.prefix == ObjectKeyPrefix(
        tenant=Tenant(customer_id="acme", user_id="ann"), asset_id=AssetId(UUID)
    )
    assert key.prefix.key("wav") == key


@given(
    customer=st.sampled_from(TENANT_IDS),
    user=st.sampled_from(TENANT_IDS),
    asset=st.uuids(),
    extension=st.from_regex(
        r"[a-z0-9]{2,5}", fullmatch=True, alphabet=st.characters(codec="ascii")
    ),
)
def test_every_key_is_parsed_back(
    customer: str, user: str, asset: uuid.UUID, extension: str
) -> None:
    tenant = Tenant(customer_id=customer, user_id=user)
    key = ObjectKeyPrefix(tenant=tenant, asset_id=AssetId(str(asset))).key(extension)
    assert ObjectKey.parse(str(key)) == key


@pytest.mark.parametrize("text", BAD_KEYS, ids=ascii)
def test_what_is_not_exactly_a_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        ObjectKey.parse(text)
