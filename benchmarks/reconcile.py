"""`python -m benchmarks.reconcile`: an audit of 20,000 assets against merely listing both sides."""

import asyncio
import resource
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs

from audiolib.domain.model.audit import Progress
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.maintenance.library_walk import documents_of
from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.settings import Settings
from audiolib.testing.contracts.samples import pending, ready_from

ASSETS = 20_000
TENANT = Tenant(customer_id="acme", user_id="ann")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        container = build_container(Settings.read({"DATA_DIR": folder}))
        async with open_resources(container):
            await _fill(container, Path(folder) / "objects")
            before = _peak()
            listed = await _timed(lambda: _list(container))
            audited = await _timed(lambda: _audit(container))
            print(f"listing both sides    {listed:6.2f} s")
            print(f"audiolib reconcile    {audited:6.2f} s   {audited / listed:.2f} x the listing")
            print(f"memory grew by        {(_peak() - before) / 1024:6.1f} MiB for {ASSETS} assets")


async def _fill(container: Container, root: Path) -> None:
    repo = await resolve(container.repo())
    for start in range(0, ASSETS, 500):
        assets = []
        for _ in range(start, min(start + 500, ASSETS)):
            asset_id = AssetId.new(utc_now(), secrets.token_bytes)
            asset = ready_from(pending(TENANT, asset_id=asset_id))
            path = root / str(asset.key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * 100)
            assets.append(attrs.evolve(asset, size=100))
        await asyncio.gather(*(repo.insert(TENANT, asset) for asset in assets))


async def _list(container: Container) -> int:
    store, inventory = await resolve(container.store()), await resolve(container.inventory())
    objects = [1 async for _ in store.list_objects()]
    documents = [1 async for _ in documents_of(inventory, TENANT)]
    return len(objects) + len(documents)


async def _audit(container: Container) -> int:
    reconcile = (await resolve(container.library())).reconcile
    findings = [finding async for finding in reconcile(Progress())]
    assert findings == []
    return len(findings)


async def _timed(work: Callable[[], Awaitable[int]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    asyncio.run(main())
