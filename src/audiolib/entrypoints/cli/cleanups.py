"""`audiolib cleanups`: the promises to delete temp files."""

from collections.abc import AsyncIterator
from typing import Any, Literal

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import AssetNotFoundError, FieldError, InvalidRequestError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.use_cases.audio_library import AudioLibrary
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.cli.audit import emit
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.shapes import time_shape

_PAGE = 200


def list_cleanups(
    *, state: Literal["dead", "due", "leased", "skipped"] = "dead", json_lines: bool = False
) -> int:
    """List promised deletions of temp files: those that were given up, or are still to come.

    Parameters
    ----------
    state
        Which ones.
    json_lines
        Print one JSON object a line.
    """
    return run(_list(Settings.from_env(), CleanupState(state), json_lines))


def retry_cleanups(*asset_ids: str, all_dead: bool = False) -> int:
    """Have given-up deletions tried again by the services.

    Parameters
    ----------
    asset_ids
        The assets whose temp files are meant.
    all_dead
        All that were given up.
    """
    if bool(asset_ids) == all_dead:
        raise InvalidRequestError(FieldError("asset_ids", "name some assets, or --all-dead"))
    return run(_retry(Settings.from_env(), [AssetId(text) for text in asset_ids]))


async def _list(settings: Settings, state: CleanupState, json_lines: bool) -> int:
    async with open_library(settings, create=False) as library:
        async for asset in _with_cleanup(library, state):
            shape = _shape(asset)
            emit(shape if json_lines else "  ".join(map(str, shape.values())), json_lines)
    return 0


async def _retry(settings: Settings, asset_ids: list[AssetId]) -> int:
    retried = 0
    async with open_library(settings, create=False) as library:
        dead = asset_ids or [asset.id async for asset in _with_cleanup(library, CleanupState.DEAD)]
        for asset_id in dead:
            if await library.ports.outbox.retry(asset_id, now=utc_now()):
                retried += 1
            elif asset_ids:
                raise AssetNotFoundError(f"asset {asset_id} has no cleanup that was given up")
    emit(f"{retried} are due again", as_json=False)
    return 0


async def _with_cleanup(library: AudioLibrary, state: CleanupState) -> AsyncIterator[AudioAsset]:
    after = ""
    while page := await library.ports.inventory.with_cleanup(state, after=after, limit=_PAGE):
        for asset in page:
            yield asset
        after = str(page[-1].id)


def _shape(asset: AudioAsset) -> dict[str, Any]:
    cleanup = asset.cleanup
    return {
        "asset_id": str(asset.id),
        "tenant": str(asset.tenant),
        "temp_file": asset.storage.original_url,
        "state": cleanup.state.value,
        "attempts": cleanup.attempts,
        "since": cleanup.since and time_shape(cleanup.since),
        "next_attempt_at": cleanup.next_attempt_at and time_shape(cleanup.next_attempt_at),
        "last_error": cleanup.last_error,
    }
