"""What is damaged behind our back gives an error, never wrong bytes; what is down, a 503."""

import json
from pathlib import Path

import aiohttp
import pytest
from tests.e2e.stack import ANN, Stack

from audiolib.testing import wav


def object_file(stack: Stack, key: str) -> Path:
    return stack.settings.data_dir / "objects" / key


async def test_a_missing_object_is_an_error(embedded: Stack) -> None:
    saved = await embedded.saved()
    object_file(embedded, saved["storage"]["key"]).unlink()
    status, body, _ = await embedded.get(f"/audio-library/{saved['id']}/audio")
    assert (status, json.loads(body)["code"]) == (502, "asset_corrupt")


async def test_an_object_of_another_size_is_an_error(embedded: Stack) -> None:
    saved = await embedded.saved()
    object_file(embedded, saved["storage"]["key"]).write_bytes(wav(9))
    for headers in (ANN, ANN | {"Range": "bytes=0-9"}):
        status, body, _ = await embedded.get(f"/audio-library/{saved['id']}/audio", headers=headers)
        assert (status, json.loads(body)["code"]) == (502, "asset_corrupt")


async def test_a_store_that_is_down_is_no_ready_service(embedded: Stack) -> None:
    """The service lives on, and says which store it is."""
    root = embedded.settings.data_dir / "objects"
    await embedded.saved()
    root.rename(root.with_name("elsewhere"))
    root.write_bytes(b"no folder")
    status, body, _ = await embedded.get("/health/ready", headers={})
    assert status == 503
    assert json.loads(body)["checks"] == {"storage": "storage_unavailable", "metadata": "ok"}
    status, saved, headers = await embedded.save(embedded.temp_file("a.wav", wav()))
    assert (status, saved["code"]) == (503, "storage_unavailable")
    assert headers["Retry-After"]
    assert (await embedded.get("/health/live", headers={}))[0] == 200
    root.unlink()
    root.with_name("elsewhere").rename(root)
    assert (await embedded.save("/temp/a.wav"))[0] == 201


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


LONG = wav(60)  # several blocks


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=100-200"}, {"Range": "bytes=50-"}])
async def test_a_flipped_bit_is_an_error(embedded: Stack, asked: dict[str, str]) -> None:
    saved = await embedded.saved()
    flip(object_file(embedded, saved["storage"]["key"]), 150)
    path = f"/audio-library/{saved['id']}/audio"
    status, body, _ = await embedded.get(path, headers=ANN | asked)
    assert (status, json.loads(body)["code"]) == (502, "asset_corrupt")
    link = saved["storage"]["url"].removeprefix(embedded.library)
    status, body, _ = await embedded.get(link, headers=asked)
    assert (status, json.loads(body)["code"]) == (502, "asset_corrupt")


async def test_a_flipped_bit_far_on_ends_the_body_before_it(embedded: Stack) -> None:
    status, saved, _ = await embedded.save(embedded.temp_file("long.wav", LONG))
    assert status == 201
    flip(object_file(embedded, saved["storage"]["key"]), 700_000)
    url = f"{embedded.library}/audio-library/{saved['id']}/audio"
    got = bytearray()

    async def read() -> None:
        async with embedded.http.get(url, headers=ANN) as answer:
            async for chunk in answer.content.iter_any():
                got.extend(chunk)

    with pytest.raises(aiohttp.ClientPayloadError):
        await read()
    assert LONG.startswith(got)
    assert len(got) < 700_000


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (262_143, 262_144), (300_000, 800_000), (500_000, 959_999)]
)
async def test_a_part_is_read_across_blocks(stack: Stack, first: int, last: int) -> None:
    _, saved, _ = await stack.save(stack.temp_file("long.wav", LONG))
    headers = ANN | {"Range": f"bytes={first}-{last}"}
    status, body, got = await stack.get(f"/audio-library/{saved['id']}/audio", headers=headers)
    assert (status, body) == (206, LONG[first : last + 1])
    assert got["Content-Range"] == f"bytes {first}-{last}/{len(LONG)}"
