"""How long it takes until nothing is left of what is over."""

import asyncio
import time

import aiohttp

from audiolib.testing import wav_header
from tests.resilience.network.audit import looked_into
from tests.resilience.network.fault import Toxic
from tests.resilience.network.site import Site, running_site
from tests.resilience.network.writers import TENANT, Ledger, reached, writing

MIB = 1024 * 1024
_SAVES = 4


async def from_kill_to_clean(*, save_lease: float, recover_interval: float) -> float:
    """A service is killed amid multipart uploads. Returns: seconds until another has removed
    every trace of them."""
    timing = {"SAVE_LEASE": str(save_lease), "RECOVER_INTERVAL": str(recover_interval)}
    async with running_site(**timing) as site, aiohttp.ClientSession() as http:
        (site.temp / "long.wav").write_bytes(wav_header(40 * MIB) + bytes(40 * MIB))
        site.proxies["generator"].poison(to_client=Toxic(bandwidth=4 * MIB))
        saves = [asyncio.create_task(_save(http, site, number)) for number in range(_SAVES)]
        assert await _left(site, pending=_SAVES, uploads=_SAVES, within=30)
        await site.services[0].kill()
        killed = time.monotonic()
        await asyncio.gather(*saves, return_exceptions=True)
        assert await _left(site, pending=0, uploads=0, within=save_lease + 5 * recover_interval)
        took = time.monotonic() - killed
        assert not (await looked_into(site)).objects
        return took


async def _save(http: aiohttp.ClientSession, site: Site, number: int) -> None:
    fields = {"text": "long", "voice": "tone", "audio_url": "/temp/long.wav"}
    headers = {**TENANT, "Idempotency-Key": f"long-{number}"}
    async with http.post(f"{site.addresses[0]}/audio-library", json=fields, headers=headers):
        pass


async def _left(site: Site, *, pending: int, uploads: int, within: float) -> bool:
    """Await so many intents and uploads; none of either counts only without any object."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        stores = await looked_into(site)
        found = (len(stores.in_state("pending")), len(stores.uploads))
        if found == (pending, uploads) and (any(found) or not stores.objects):
            return True
        await asyncio.sleep(0.1)
    return False


async def from_ready_to_gone(*, saves: int, seed: int) -> list[float]:
    """Seconds from each 201 until its temp file is gone, ascending, with all settings default."""
    async with (
        running_site() as site,
        writing(site.addresses, site.temp, seed=seed, large=0.05) as writers,
    ):
        gone: dict[str, float] = {}

        def enough() -> bool:
            _note(site, writers.ledger, gone)
            return len(gone) >= saves

        assert await reached(enough, within=120 + saves)
    return sorted(gone.values())


def _note(site: Site, ledger: Ledger, gone: dict[str, float]) -> None:
    there = {path.name for path in site.temp.iterdir()}
    for name in ledger.acknowledged_at.keys() - gone.keys() - there:
        gone[name] = time.monotonic() - ledger.acknowledged_at[name]
