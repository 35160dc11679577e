"""`audiolib demo`: the main job, start to end, on this machine."""

import asyncio
import hashlib
import json
import shlex
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from audiolib.entrypoints.cli.demo_services import (
    DemoFailedError,
    new_api_key,
    start_services,
)
from audiolib.entrypoints.cli.run import run

_PATIENCE = 60.0


def demo(
    *,
    text: str = "Hello world. This voice was made on your own machine, and now it is kept.",
    voice: str = "kokoro-82m",
    data_dir: Path = Path("data/demo"),
) -> int:
    """Speak, save, list, play, clean up, all through the gateway with an API key: with real
    services on free ports, and no other server.

    Parameters
    ----------
    text
        What to say.
    voice
        The voice to say it: kokoro-82m, piper-joe, or tone, which needs no model.
    data_dir
        Where the audio and the library are kept.
    """
    try:
        run(_demo(text, voice, data_dir))
    except DemoFailedError as failed:
        _say(f"FAILED: {failed}")
        return 1
    return 0


async def _demo(text: str, voice: str, data_dir: Path) -> None:
    async with AsyncExitStack() as stack:
        library = await start_services(stack, data_dir)
        key = await new_api_key(data_dir)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"})
        )
        spoken = await _post(http, f"{library}/audio/generate", {"text": text, "voice": voice})
        _say(f"spoken: {spoken['duration']:.2f} s in {spoken['audio_url']}")

        request = {"text": text, "voice": voice, "audio_url": spoken["audio_url"], "tags": ["demo"]}
        saved = await _post(http, f"{library}/audio-library", request)
        _say(json.dumps(saved, indent=2, ensure_ascii=False))

        await _play(http, library, saved)
        gone = await asyncio.to_thread(_is_gone, data_dir / "temp" / spoken["filename"])
        _check(gone, "the temp file is gone from the generator")
        listed = await _get_json(http, f"{library}/audio-library?limit=100")
        ids = [asset["id"] for asset in listed["assets"]]
        _check(saved["id"] in ids, f"the list holds it, among {len(ids)}")
    _say(_how_to_keep_running(data_dir))


async def _play(http: aiohttp.ClientSession, library: str, saved: dict[str, Any]) -> None:
    url = f"{library}/audio-library/{saved['id']}/audio"
    async with http.get(url, headers={"Range": "bytes=0-11"}) as answer:
        beginning = await answer.read()
        _check(answer.status == 206, f"bytes 0-11 of the audio: {beginning!r}")
    _check(beginning[:4] == b"RIFF" and beginning[8:] == b"WAVE", "they begin a WAV file")
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.get(URL(saved["storage"]["url"], encoded=True)) as answer,
    ):
        digest = hashlib.sha256(await answer.read()).hexdigest()
    _check(digest == saved["asset"]["sha256"], "the presigned URL gives the very bytes")


def _is_gone(path: Path) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()


async def _post(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    async with http.post(url, json=body) as answer:
        return await _json(answer)


async def _get_json(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(url) as answer:
        return await _json(answer)


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json(content_type=None)
    if answer.status >= 300:
        raise DemoFailedError(f"{answer.method} {answer.url.path}: {body.get('detail', body)}")
    return body


def _how_to_keep_running(data_dir: Path) -> str:
    here = shlex.quote(sys.argv[0])
    folder, temp = shlex.quote(str(data_dir)), shlex.quote(str(data_dir / "temp"))
    return f"""To keep them running:
  export AUDIO_GENERATION_SERVICE_URL=http://127.0.0.1:3000 PUBLIC_URL=http://127.0.0.1:8080
  export DATA_DIR={folder}
  {here} generator --port 3000 --temp-dir {temp} &
  {here} serve --port 8000 &
  {here} gateway --port 8080 &
  {here} keys create --customer customer_123 --user user_456"""


def _check(true: bool, what: str) -> None:
    if not true:
        raise DemoFailedError(f"not true: {what}")
    _say(f"ok: {what}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
