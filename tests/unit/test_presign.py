"""Links: how long they live, what they name, and which are refused."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from audiolib import InvalidRequestError, SaveAudio, Tenant
from audiolib.domain.model.errors import AssetNotFoundError, FieldError
from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.testing import in_memory_library, wav
from audiolib.testing.contracts.samples import new_id

ANN = Tenant(customer_id="acme", user_id="ann")


@pytest.mark.parametrize("seconds", [1, 60, 604_800])
async def test_a_link_lives_as_long_as_was_asked(seconds: int) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN, title="A talk")).asset
    link = await library.presign(ANN, saved.id, timedelta(seconds=seconds))
    assert link.expires_at == library.world.clock() + timedelta(seconds=seconds)
    assert urlsplit(link.url).path == f"/{saved.key}"
    assert parse_qs(urlsplit(link.url).query)["filename"] == ["A talk.wav"]
    usual = await library.presign(ANN, saved.id)
    assert usual.expires_at == library.world.clock() + timedelta(minutes=15)


@pytest.mark.parametrize("seconds", [0, -1, 0.5, 604_800.5, 604_801])
async def test_another_life_is_refused_by_name(seconds: float) -> None:
    library = in_memory_library()
    saved = (await library.save_bytes(wav(1), tenant=ANN)).asset
    with pytest.raises(InvalidRequestError) as refused:
        await library.presign(ANN, saved.id, timedelta(seconds=seconds))
    message = f"must be 1 to 604800 seconds, not {seconds:g}"
    assert refused.value.faults == (FieldError("expires_in", message),)


async def test_there_is_no_link_to_what_is_not_there() -> None:
    library, missing = in_memory_library(), new_id()
    with pytest.raises(AssetNotFoundError, match=f"this library has no asset {missing}"):
        await library.presign(ANN, missing)


@attrs.define
class Noting:
    """A store that notes how it is asked to sign."""

    asked: list[tuple[str, timedelta, str, str]] = attrs.field(factory=list)

    async def presign(
        self, key: ObjectKey, *, expires_in: timedelta, content_type: str, filename: str
    ) -> PresignedUrl:
        self.asked.append((str(key), expires_in, content_type, filename))
        return PresignedUrl(url="x", expires_at=in_memory_library().world.clock())


async def test_a_link_names_type_and_file() -> None:
    library, store = in_memory_library(), Noting()
    saved = (await library.save_bytes(wav(1), tenant=ANN, title="A talk")).asset
    listen = ListenToAudio(library=library.browse, store=store)  # type: ignore[arg-type]
    await listen.presign_asset(saved, timedelta(seconds=5))
    await listen.presign_asset(attrs.evolve(saved, content_type=None))
    key = str(saved.key)
    assert store.asked == [
        (key, timedelta(seconds=5), "audio/wav", "A talk.wav"),
        (key, timedelta(minutes=15), "application/octet-stream", "A talk.wav"),
    ]


async def test_the_answers_to_a_save_and_its_repetition_have_such_links() -> None:
    library = in_memory_library()
    url = library.generate("a.wav")
    command = SaveAudio(tenant=ANN, audio_url=url, text="Hello", voice="v", title="A talk")
    for replayed in (False, True):
        saved = await library.save(command)
        assert saved.replayed is replayed
        assert urlsplit(saved.url.url).path == f"/{saved.asset.key}"
        assert parse_qs(urlsplit(saved.url.url).query)["filename"] == ["A talk.wav"]
        assert saved.url.expires_at == library.world.clock() + timedelta(minutes=15)
        library.world.clock.advance(seconds=10)
    assert saved.asset.storage.bucket == library.world.objects.bucket
    assert saved.asset.created_at == saved.asset.updated_at
