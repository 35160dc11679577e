"""What is damaged behind our back gives an error, never wrong bytes; what is down, a 503."""

import json
from pathlib import Path

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
