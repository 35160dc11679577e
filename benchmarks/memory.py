"""By how much one large save makes the service grow: `python -m benchmarks.memory [MIB]`."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil
from benchmarks.services import service, stores

_MIB = 1024 * 1024
_GOAL = 64
_ANN = {"x-customer-id": "acme", "x-user-id": "ann"}


async def main(size: int) -> int:
    """Prints a line for each pair of stores. Returns: 1 when one misses the goal."""
    print(f"one save of {size / _MIB:.0f} MiB, and its audio read back; goal: {_GOAL} MiB at most")
    met = [await measure(kind, size) for kind in ("embedded", "s3+mongodb")]
    return 0 if all(met) else 1


async def measure(kind: str, size: int) -> bool:
    with (
        tempfile.TemporaryDirectory() as folder,
        stores(Path(folder), kind) as settings,
        service("benchmarks.source", str(_MIB)) as (_, small),
        service("benchmarks.source", str(size)) as (_, large),
    ):
        settings |= {
            "AUDIO_GENERATION_SERVICE_URL": small,
            "AUDIO_SOURCE_BASES": large,
            "MAX_AUDIO_BYTES": str(size),
        }
        with service("audiolib", "serve", "--port", "0", environment=settings) as (process, url):
            watched = psutil.Process(process.pid)
            async with aiohttp.ClientSession(base_url=url, headers=_ANN) as http:
                await listen(http, await save(http, f"{small}/temp/warm.wav"))
                idle, began, worked = rss(watched), time.monotonic(), cpu(watched)
                peak = asyncio.create_task(watch(watched))
                asset = await save(http, f"{large}/temp/large.wav")
                seconds, work = time.monotonic() - began, cpu(watched) - worked
                saved = await listen(http, asset)
                peak.cancel()
                grown = await peak - idle
    assert saved == size
    print(
        f"{kind:>12}: grew by {grown / _MIB:5.1f} MiB from {idle / _MIB:.0f}; "
        f"saved in {seconds:.1f} s, {work:.1f} s of processor time"
    )
    return grown <= _GOAL * _MIB


async def save(http: aiohttp.ClientSession, audio_url: str) -> str:
    body = {"text": "long", "voice": "tone", "audio_url": audio_url}
    timeout = aiohttp.ClientTimeout(total=None)
    async with http.post("/audio-library", json=body, timeout=timeout) as answer:
        saved = await answer.json()
        assert answer.status == 201, saved
        return str(saved["id"])


async def listen(http: aiohttp.ClientSession, asset: str) -> int:
    async with http.get(f"/audio-library/{asset}/audio") as answer:
        return sum([len(chunk) async for chunk in answer.content.iter_any()])


async def watch(process: psutil.Process) -> int:
    peak = 0
    try:
        while True:
            peak = max(peak, rss(process))
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return peak


def rss(process: psutil.Process) -> int:
    return int(process.memory_info().rss)


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) * _MIB if len(sys.argv) > 1 else 1024 * _MIB)))
