"""Ready assets, each with a promise to delete its temp file, put straight into a repo."""

import asyncio
from datetime import datetime

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.temp_file import TempFile
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.testing.contracts.samples import pending, ready_from

_AT_ONCE = 100


async def promised(
    container: Container, count: int, *, since: datetime, base: str
) -> list[AudioAsset]:
    """The temp files are `base`/temp/promise0.wav and so on."""
    repo = await resolve(container.repo())
    assets = [_asset(number, since, base) for number in range(count)]
    for start in range(0, count, _AT_ONCE):
        some = assets[start : start + _AT_ONCE]
        await asyncio.gather(*(repo.insert(asset.tenant, asset) for asset in some))
    return assets


async def in_state(container: Container, state: CleanupState, limit: int) -> list[AudioAsset]:
    inventory = await resolve(container.inventory())
    return list(await inventory.with_cleanup(state, after="", limit=limit))


def _asset(number: int, since: datetime, base: str) -> AudioAsset:
    asset = ready_from(pending(), cleanup=Cleanup.due(since, None))
    temp_file = TempFile(base=base, name=TempName(f"promise{number}.wav"))
    storage = attrs.evolve(asset.storage, original=temp_file, original_url=str(temp_file))
    return attrs.evolve(asset, storage=storage)
