"""What an object carries of its asset fits beside it, and tells the asset again."""

import base64
import json
import zlib

import attrs
from hypothesis import given
from hypothesis import strategies as st

from audiolib.domain.documents.object_manifest import decode_manifest, encode_manifest
from audiolib.domain.model.asset import AudioAsset, SaveAttempt
from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.testing.contracts.samples import METADATA, payload, pending

_line = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)


def as_recalled(asset: AudioAsset) -> AudioAsset:
    """Without what belongs to one attempt to save it, and where the generator was."""
    storage = attrs.evolve(asset.storage, original=None, original_url="")
    return attrs.evolve(asset, attempt=SaveAttempt(), storage=storage)


def carried(asset: AudioAsset) -> str:
    """What the holder of a presigned URL can read of it."""
    (value,) = encode_manifest(asset, 1.5).values()
    return zlib.decompress(base64.urlsafe_b64decode(value)).decode()


def test_attributes_keep_the_source_and_the_request_secret() -> None:
    asset = pending()
    assert asset.attempt.idempotency is not None
    assert asset.storage.original_url
    for secret in (
        asset.attempt.idempotency.key,
        asset.attempt.idempotency.fingerprint,
        asset.storage.original_url,
        asset.attempt.fence,
    ):
        assert secret not in carried(asset)


def test_attributes_of_version_0_1_are_read() -> None:
    """They held the source's URL and the idempotency key, too."""
    asset = pending()
    assert asset.attempt.idempotency is not None
    old = json.loads(carried(asset)) | {
        "original_url": asset.storage.original_url,
        "idempotency": attrs.asdict(asset.attempt.idempotency),
    }
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(old).encode())).decode()
    found = decode_manifest(asset.key_prefix.key("wav"), {"asset": packed}, bucket="audio-assets")
    assert found.asset.attempt.idempotency == asset.attempt.idempotency
    assert found.asset.storage.original_url == asset.storage.original_url


def test_an_ordinary_asset_comes_back_whole() -> None:
    asset = pending()
    found = decode_manifest(
        asset.key_prefix.key("wav"), encode_manifest(asset, 1.5), bucket="audio-assets"
    )
    assert found.asset == as_recalled(asset)
    assert (found.duration, found.complete) == (1.5, True)


def test_a_long_text_is_cut_to_what_fits() -> None:
    text = payload(20_000).hex()
    speech = attrs.evolve(METADATA.speech, text=text)
    asset = pending(metadata=attrs.evolve(METADATA, speech=speech))
    attributes = encode_manifest(asset, None)
    found = decode_manifest(asset.key_prefix.key("wav"), attributes, bucket="audio-assets")
    kept = found.asset.metadata.speech.text
    assert text.startswith(kept)
    assert len(kept) > 1000
    assert not found.complete
    rest = attrs.evolve(found.asset.metadata, speech=asset.metadata.speech)
    assert rest == asset.metadata


@given(
    text=_line,
    title=_line.map(lambda s: s[:200]),
    name=_line.map(lambda s: s[:100]),
    tags=st.lists(_line.map(lambda s: s[:64]), max_size=32, unique=True),
    factor=st.integers(1, 1000),
)
def test_whatever_people_say_fits_and_is_ascii(
    text: str, title: str, name: str, tags: list[str], factor: int
) -> None:
    metadata = Metadata(
        title=title,
        description=(text * factor)[:2000],
        tags=tuple(tags),
        folder=name,
        speech=Speech(text=(text * factor)[:100_000], voice=name, voice_name=name, model=name),
    )
    asset = pending(metadata=metadata)
    attributes = encode_manifest(asset, None)
    assert sum(len(key) + len(value) for key, value in attributes.items()) <= 1_900
    assert all(value.isascii() and value.isprintable() for value in attributes.values())
    found = decode_manifest(asset.key_prefix.key("wav"), attributes, bucket="audio-assets")
    assert (found.asset.id, found.asset.tenant) == (asset.id, asset.tenant)
    assert found.asset.created_at == asset.created_at
    if found.complete:
        assert found.asset.metadata == metadata


def test_what_tells_nothing_leaves_what_the_key_tells() -> None:
    asset = pending()
    for attributes in ({}, {"asset": "no base64!"}, {"asset": "bm8gemxpYg=="}, {"other": "x"}):
        found = decode_manifest(asset.key_prefix.key("wav"), attributes, bucket="audio-assets")
        assert (found.asset.id, found.asset.tenant) == (asset.id, asset.tenant)
        assert found.asset.created_at == asset.created_at
        assert not found.complete
