"""`audiolib quarantine`: unexplained objects, until an operator restores or discards them."""

from audiolib.domain.model.identifiers import AssetId
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import emit
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.shapes import time_shape


def list_quarantine(*, json_lines: bool = False) -> int:
    """List what `audiolib reconcile` put in quarantine.

    Parameters
    ----------
    json_lines
        Print one JSON object a line.
    """
    return run(_list(Settings.from_env(), json_lines))


def restore(asset_id: str) -> int:
    """Give a quarantined asset back to its library; its audio must be whole.

    Parameters
    ----------
    asset_id
        The asset.
    """
    return run(_restore(Settings.from_env(), AssetId(asset_id)))


def discard(asset_id: str) -> int:
    """Have the recoverer remove a quarantined object, for good.

    Parameters
    ----------
    asset_id
        The asset.
    """
    return run(_discard(Settings.from_env(), AssetId(asset_id)))


async def _list(settings: Settings, json_lines: bool) -> int:
    async with open_library(settings, create=False) as library:
        async for asset in library.quarantine.assets():
            shape = {
                "asset_id": str(asset.id),
                "key": str(asset.key),
                "size": asset.size,
                "title": asset.metadata.title,
                "since": time_shape(asset.updated_at),
            }
            emit(shape if json_lines else "  ".join(map(str, shape.values())), json_lines)
    return 0


async def _restore(settings: Settings, asset_id: AssetId) -> int:
    async with open_library(settings, create=False) as library:
        asset = await library.quarantine.restore(asset_id)
    emit(f"{asset.key} is back in its library", as_json=False)
    return 0


async def _discard(settings: Settings, asset_id: AssetId) -> int:
    async with open_library(settings, create=False) as library:
        await library.quarantine.discard(asset_id)
    emit(f"{asset_id} is for the recoverer to remove", as_json=False)
    return 0
