"""Generate, save, list, listen, clean up: on every pair of stores."""

import asyncio
import hashlib
import json

from tests.e2e.stack import ANN, Stack, until
from yarl import URL

from audiolib.testing import wav

BOB = {"x-customer-id": "acme", "x-user-id": "bob"}


async def test_the_main_job(stack: Stack) -> None:
    spoken = await stack.generate("Hello world")
    original = stack.temp_path(spoken["audio_url"]).read_bytes()
    status, body, headers = await stack.save(spoken["audio_url"], tags=["test"], folder="greetings")
    assert status == 201
    asset = body["asset"]
    assert body["success"] is True
    assert headers["Location"] == f"/audio-library/{body['id']}"
    assert body["storage"]["key"] == f"acme/ann/audio/{body['id']}.wav"
    assert asset["sha256"] == hashlib.sha256(original).hexdigest()
    assert (asset["size"], asset["name"]) == (len(original), "Audio - Hello world")
    assert asset["duration"] == spoken["duration"]
    assert asset["metadata"]["custom"]["status"] == "saved"

    async def temp_file_gone() -> bool:
        async with stack.http.head(stack.generator + spoken["audio_url"]) as answer:
            return answer.status == 404

    await until(temp_file_gone, "the temp file is gone")
    _, listed, _ = await stack.get("/audio-library")
    assert [found["id"] for found in json.loads(listed)["assets"]] == [body["id"]]
    _, got, _ = await stack.get(f"/audio-library/{body['id']}")
    assert json.loads(got)["asset"]["metadata"] == asset["metadata"]
    assert (await stack.get(f"/audio-library/{body['id']}/audio"))[1] == original
    async with stack.http.get(URL(body["storage"]["url"], encoded=True)) as answer:
        assert answer.status == 200
        assert await answer.read() == original
        assert answer.headers["Content-Type"] == "audio/wav"


async def test_a_file_of_several_parts_comes_back_the_same(stack: Stack) -> None:
    data = wav(1100, rate=8000)  # 17.6 MB
    url = stack.temp_file("long.wav", data)
    status, body, _ = await stack.save(url)
    assert status == 201, body
    assert body["asset"]["duration"] == 1100
    assert (await stack.get(f"/audio-library/{body['id']}/audio"))[1] == data


async def test_a_streamed_wav_is_kept_as_it_came_and_measured(stack: Stack) -> None:
    for name, mark in (("zero.wav", 0), ("ones.wav", 0xFFFFFFFF)):
        data = wav(1.5, streamed=mark)
        status, body, _ = await stack.save(stack.temp_file(name, data))
        assert status == 201, body
        assert body["asset"]["duration"] == 1.5
        assert (await stack.get(f"/audio-library/{body['id']}/audio"))[1] == data


async def test_the_same_request_again_is_a_replay_even_without_its_temp_file(stack: Stack) -> None:
    spoken = await stack.generate()
    _, first, _ = await stack.save(spoken["audio_url"])

    async def temp_file_gone() -> bool:
        return not stack.temp_path(spoken["audio_url"]).exists()

    await until(temp_file_gone, "the temp file is gone")
    status, again, headers = await stack.save(spoken["audio_url"])
    assert (status, again["id"]) == (200, first["id"])
    assert headers["Idempotency-Replayed"] == "true"


async def test_one_key_saves_one_asset_whoever_races(stack: Stack) -> None:
    spoken = await stack.generate()
    headers = ANN | {"Idempotency-Key": '"order-66"'}
    answers = await asyncio.gather(
        *(stack.save(spoken["audio_url"], headers=headers) for _ in range(20))
    )
    assert {status for status, _, _ in answers} <= {201, 200, 409}
    assert [status for status, _, _ in answers].count(201) == 1
    assert len({body["id"] for status, body, _ in answers if status != 409}) == 1
    _, listed, _ = await stack.get("/audio-library")
    assert len(json.loads(listed)["assets"]) == 1
    status, body, _ = await stack.save("/temp/another.wav", headers=headers)
    assert (status, body["code"]) == (422, "idempotency_conflict")


async def test_pages_lead_through_the_library_newest_first(stack: Stack) -> None:
    ids = [(await stack.saved(f"Number {number}"))["id"] for number in range(5)]
    seen: list[str] = []
    path = "/audio-library?limit=2"
    for _ in range(3):
        _, body, _ = await stack.get(path)
        page = json.loads(body)
        seen += [asset["id"] for asset in page["assets"]]
        path = f"/audio-library?limit=2&cursor={page['next_cursor']}"
    assert seen == ids[::-1]
    assert page["next_cursor"] is None


async def test_nothing_of_one_tenant_is_there_for_another(stack: Stack) -> None:
    asset_id = (await stack.saved())["id"]
    for other in (BOB, {"x-customer-id": "acm", "x-user-id": "ann"}):
        for path in ("", "/audio", "/url"):
            status, body, _ = await stack.get(f"/audio-library/{asset_id}{path}", headers=other)
            assert (status, json.loads(body)["code"]) == (404, "asset_not_found")
        _, listed, _ = await stack.get("/audio-library", headers=other)
        assert json.loads(listed)["assets"] == []


async def test_parts_of_the_audio_are_served(stack: Stack) -> None:
    asset = (await stack.saved())["asset"]
    path, size = f"/audio-library/{asset['id']}/audio", asset["size"]
    _, whole, headers = await stack.get(path)
    etag = headers["ETag"]
    assert etag == f'"{asset["sha256"]}"'
    for wanted, start, stop in (
        ("bytes=0-9", 0, 10),
        ("bytes=5-", 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=10-{size * 2}", 10, size),
    ):
        status, part, headers = await stack.get(path, headers=ANN | {"Range": wanted})
        assert (status, part) == (206, whole[start:stop])
        assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
    for wanted in (f"bytes={size}-", "bytes=-0"):
        status, _, headers = await stack.get(path, headers=ANN | {"Range": wanted})
        assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
    status, none, headers = await stack.get(path, method="HEAD")
    assert (status, none, headers["Content-Length"]) == (200, b"", str(size))
    ranged = ANN | {"Range": "bytes=0-9"}
    status, _, headers = await stack.get(path, method="HEAD", headers=ranged)
    assert (status, headers["Content-Length"]) == (200, str(size))
    assert (await stack.get(path, headers=ANN | {"If-None-Match": etag}))[0] == 304
    outdated = ANN | {"Range": "bytes=0-9", "If-Range": '"outdated"'}
    assert (await stack.get(path, headers=outdated))[:2] == (200, whole)


async def test_links_last_as_long_as_they_are_asked_to(stack: Stack) -> None:
    asset_id = (await stack.saved())["id"]
    _, body, headers = await stack.get(f"/audio-library/{asset_id}/url?expires_in=1")
    assert headers["Cache-Control"] == "no-store"
    url = URL(json.loads(body)["url"], encoded=True)

    async def refused() -> bool:
        async with stack.http.get(url) as answer:
            return answer.status in (403, 404)

    await until(refused, "the link expires")
    for bad in ("0", "604801", "soon", "1.5", "-1"):
        status, body, _ = await stack.get(f"/audio-library/{asset_id}/url?expires_in={bad}")
        assert status == 422
        assert json.loads(body)["errors"][0]["field"] == "expires_in"


async def test_health_says_whether_the_stores_answer(stack: Stack) -> None:
    assert (await stack.get("/health/live", headers={}))[0] == 200
    status, body, _ = await stack.get("/health/ready", headers={})
    assert (status, json.loads(body)["checks"]) == (200, {"storage": "ok", "metadata": "ok"})
