"""What must be so on a disk after a crash: at once, and when the recoverer has been there."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.identifiers import AssetId
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.ports.object_store import ObjectStore
from tests.resilience.crash.disk import TENANT, Disk, command, sound


@attrs.frozen
class Verdict:
    """Faults found, and how many seconds the start after the crash took."""

    faults: tuple[str, ...]
    restart: float


async def verdict(disk: Disk, saves: dict[str, int], acknowledged: Sequence[str]) -> Verdict:
    """`saves`: the names that were to be saved and their samples; what was said to be saved."""
    faults: list[str] = []
    began = time.monotonic()
    async with disk.opened() as container:
        restart = time.monotonic() - began
        view = _View(container, faults, saves)
        await view.open()
        await view.gather(acknowledged, disk)
        for days in (0.05, 0.1, 8):
            await view.recovered(later=timedelta(days=days))
            if days < 1:
                await view.repeated(later=timedelta(days=days))
        await view.in_the_end(disk)
    return Verdict(tuple(faults), restart)


@attrs.define
class _View:
    container: Container
    faults: list[str]
    saves: dict[str, int]
    store: ObjectStore = attrs.field(init=False)
    repo: MetadataRepo = attrs.field(init=False)

    async def open(self) -> None:
        self.store = await resolve(self.container.store())
        self.repo = await resolve(self.container.repo())

    async def gather(self, acknowledged: Sequence[str], disk: Disk) -> None:
        for asset_id in acknowledged:
            found = await self.repo.get(TENANT, AssetId(asset_id))
            if found is None or found.state is not AssetState.READY:
                self.faults.append(f"lost: {asset_id} was acknowledged")
        names = {asset.metadata.title.rpartition(" ")[2] for asset in await self._whole()}
        for name in self.saves:
            if not (disk.temp / f"{name}.wav").exists() and name not in names:
                self.faults.append(f"lost: the temp file of {name}, and nothing was made of it")

    async def recovered(self, later: timedelta) -> None:
        now = _at(later)
        recover = attrs.evolve((await resolve(self.container.library())).recover, now=now)
        clean_up = attrs.evolve((await resolve(self.container.library())).clean_up, now=now)
        await recover()
        await clean_up()
        ready = {str(asset.key) for asset in await self._whole()}
        stored = {found.key async for found in self.store.list_objects()}
        self.faults += [f"orphan: {key}" for key in stored - ready]
        self.faults += [f"orphan: unfinished {key}" for key in await self.store.list_uploads()]
        pending = [each for each in await self._all() if each.state is AssetState.PENDING]
        self.faults += [f"pending: {asset.id}" for asset in pending]

    async def repeated(self, later: timedelta) -> None:
        """The client that heard nothing asks again, with the same key."""
        save = attrs.evolve((await resolve(self.container.library())).save_audio, now=_at(later))
        for name in self.saves:
            await save(command(name))

    async def in_the_end(self, disk: Disk) -> None:
        everything = await self._all()
        titles = sorted(asset.metadata.title for asset in everything)
        if titles != sorted(f"Saved as {name}" for name in self.saves):
            self.faults.append(f"duplicate or left over: {titles}")
        self.faults += [f"temp file left: {path.name}" for path in disk.temp.iterdir()]
        hidden = [path for path in disk.objects.rglob(".*") if path.suffix != ".attributes"]
        self.faults += [f"orphan: {path.name}" for path in hidden]

    async def _all(self) -> list[AudioAsset]:
        inventory = await resolve(self.container.inventory())
        found = await inventory.assets(TENANT, after="", limit=1000)
        return [each for each in found if isinstance(each, AudioAsset)]

    async def _whole(self) -> list[AudioAsset]:
        ready = [asset for asset in await self._all() if asset.state is AssetState.READY]
        listen = (await resolve(self.container.library())).listen
        for asset in ready:
            samples = self.saves[asset.metadata.title.rpartition(" ")[2]]
            async with listen.open(asset) as opened:
                data = b"".join([chunk async for chunk in opened.chunks])
            if data != sound(samples):
                self.faults.append(f"lost: {asset.id} has other bytes")
        return ready


def _at(later: timedelta) -> Callable[[], datetime]:
    return lambda: utc_now() + later
