"""The object store fails while somebody listens: an error, or a body that visibly breaks off."""

import time

import aiohttp
import pytest

from tests.e2e.stack import ANN
from tests.resilience.faults.conftest import Behind
from tests.resilience.faults.test_store import DOWN, HANGING, LARGE
from tests.resilience.network.fault import Toxic

PART = {"Range": "bytes=1000000-3999999"}


@pytest.fixture
async def audio(behind: Behind) -> str:
    status, body, _ = await behind.stack.save(behind.stack.temp_file("a.wav", LARGE))
    assert status == 201
    return f"/audio-library/{body['id']}/audio"


@pytest.mark.parametrize("fault", [DOWN, HANGING], ids=["down", "hanging"])
async def test_a_store_that_is_down_or_hangs_is_a_503(
    behind: Behind, audio: str, fault: Toxic
) -> None:
    behind.s3.poison(to_client=fault)
    began = time.monotonic()
    status, _, headers = await behind.stack.get(audio)
    assert (status, "Retry-After" in headers) == (503, True)
    assert time.monotonic() - began < 10
    behind.s3.poison()
    assert (await behind.stack.get(audio))[:2] == (200, LARGE)


@pytest.mark.parametrize(
    ("fault", "asked"),
    [(Toxic(cut_after=2_000_000), {}), (Toxic(cut_after=2_000_000, reset=True), PART)],
    ids=["cut", "reset in a part"],
)
async def test_a_body_that_is_cut_never_looks_whole(
    behind: Behind, audio: str, fault: Toxic, asked: dict[str, str]
) -> None:
    behind.s3.poison(to_client=fault)
    heard = bytearray()

    async def listen() -> None:
        url = behind.stack.library + audio
        async with behind.stack.http.get(url, headers=ANN | asked) as answer:
            assert answer.status == (206 if asked else 200)
            async for chunk in answer.content.iter_any():
                heard.extend(chunk)

    with pytest.raises(aiohttp.ClientPayloadError):
        await listen()
    start = 1_000_000 if asked else 0
    assert LARGE[start : start + len(heard)] == heard
    behind.s3.poison()
    assert (await behind.stack.get(audio))[:2] == (200, LARGE)
