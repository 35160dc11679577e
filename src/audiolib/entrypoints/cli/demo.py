"""`audiolib demo`: the main job, start to end, on this machine."""

import asyncio
import hashlib
import json
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from audiolib.entrypoints.cli.run import run

_IDENTITY = {"x-customer-id": "customer_123", "x-user-id": "user_456"}
_PATIENCE = 60.0


class DemoFailedError(Exception):
    """Something that the demo promises was not so."""


def demo(
    *,
    text: str = "Hello world. This voice was made on your own machine, and now it is kept.",
    voice: str = "kokoro-82m",
    data_dir: Path = Path("data/demo"),
) -> int:
    """Speak, save, list, play, clean up: with real services on free ports, and no other server.

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
        temp_dir = data_dir / "temp"
        generator = await stack.enter_async_context(
            _service("generator", "--temp-dir", str(temp_dir))
        )
        library = await stack.enter_async_context(
            _service("serve", "--data-dir", str(data_dir), generator=generator)
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        _say(f"generator at {generator}, asset service at {library}")

        spoken = await _post(http, f"{generator}/api/generate", {"text": text, "voice": voice})
        _say(f"spoken: {spoken['duration']:.2f} s in {spoken['audio_url']}")

        request = {"text": text, "voice": voice, "audio_url": spoken["audio_url"], "tags": ["demo"]}
        saved = await _post(http, f"{library}/audio-library", request)
        _say(json.dumps(saved, indent=2, ensure_ascii=False))

        await _play(http, library, saved)
        await _see_temp_file_gone(http, generator + spoken["audio_url"])
        listed = await _get_json(http, f"{library}/audio-library?limit=100")
        ids = [asset["id"] for asset in listed["assets"]]
        _check(saved["id"] in ids, f"the list holds it, among {len(ids)}")
    _say(_how_to_keep_running(data_dir))


async def _play(http: aiohttp.ClientSession, library: str, saved: dict[str, Any]) -> None:
    url = f"{library}/audio-library/{saved['id']}/audio"
    async with http.get(url, headers=_IDENTITY | {"Range": "bytes=0-11"}) as answer:
        beginning = await answer.read()
        _check(answer.status == 206, f"bytes 0-11 of the audio: {beginning!r}")
    _check(beginning[:4] == b"RIFF" and beginning[8:] == b"WAVE", "they begin a WAV file")
    async with http.get(URL(saved["storage"]["url"], encoded=True)) as answer:
        digest = hashlib.sha256(await answer.read()).hexdigest()
    _check(digest == saved["asset"]["sha256"], "the presigned URL gives the very bytes")


async def _see_temp_file_gone(http: aiohttp.ClientSession, url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    status = 200
    while status == 200 and time.monotonic() < deadline:
        async with http.head(url) as answer:
            status = answer.status
        await asyncio.sleep(0.05)
    _check(status == 404, "the temp file is gone from the generator")


async def _post(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    async with http.post(url, json=body, headers=_IDENTITY) as answer:
        return await _json(answer)


async def _get_json(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(url, headers=_IDENTITY) as answer:
        return await _json(answer)


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json(content_type=None)
    if answer.status >= 300:
        raise DemoFailedError(f"{answer.method} {answer.url.path}: {body.get('detail', body)}")
    return body


@asynccontextmanager
async def _service(name: str, *options: str, generator: str = "") -> AsyncIterator[str]:
    """A service of ours on a free port. Gives: its URL."""
    embedded = {
        "OBJECT_STORE": "filesystem",
        "METADATA_STORE": "sqlite",
        "PUBLIC_URL": "",
        "LOG_LEVEL": "WARNING",
        "AUDIO_GENERATION_SERVICE_URL": generator or "http://127.0.0.1:3000",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audiolib", name, "--port", "0", *options),
        env=os.environ | embedded,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield await asyncio.wait_for(_listening(process, name), _PATIENCE)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _listening(process: asyncio.subprocess.Process, name: str) -> str:
    assert process.stderr is not None  # noqa: S101 - it was opened as a pipe
    said = ""
    while line := (await process.stderr.readline()).decode():
        if line.startswith("listening on "):
            return line.split()[-1]
        said += line
    raise DemoFailedError(f"audiolib {name} did not start:\n{said}")


def _how_to_keep_running(data_dir: Path) -> str:
    here = shlex.quote(sys.argv[0])
    folder, temp = shlex.quote(str(data_dir)), shlex.quote(str(data_dir / "temp"))
    return (
        f"To keep them running: {here} generator --port 3000 --temp-dir {temp} & "
        "AUDIO_GENERATION_SERVICE_URL=http://127.0.0.1:3000 "
        f"{here} serve --port 8000 --data-dir {folder}"
    )


def _check(true: bool, what: str) -> None:
    if not true:
        raise DemoFailedError(f"not true: {what}")
    _say(f"ok: {what}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
