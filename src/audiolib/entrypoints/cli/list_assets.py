"""`audiolib list`: what is in a library."""

import sys

import msgspec
from rich.console import Console
from rich.table import Column, Table

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.paging import PageRequest, Position
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.shapes import asset_shape


def list_assets(
    *,
    customer: str,
    user: str,
    limit: int = 50,
    cursor: str | None = None,
    json_lines: bool = False,
) -> int:
    """List a library's assets, newest first.

    Parameters
    ----------
    customer
        The customer whose library it is.
    user
        The customer's user.
    limit
        The most assets to list, up to 100.
    cursor
        Where an earlier list ended.
    json_lines
        Print one JSON object a line instead of a table.
    """
    request = PageRequest(limit=limit, after=None if cursor is None else Position.at(cursor))
    tenant = Tenant(customer_id=customer, user_id=user)
    return run(_list(Settings.from_env(), tenant, request, json_lines))


async def _list(settings: Settings, tenant: Tenant, request: PageRequest, json_lines: bool) -> int:
    async with open_library(settings, create=False) as library:
        page = await library.browse.page(tenant, request)
        if json_lines:
            for asset in page.assets:
                shape = asset_shape(asset, await library.listen.presign_asset(asset))
                sys.stdout.write(msgspec.json.encode(shape).decode() + "\n")
        else:
            Console().print(_table(page.assets))
    if page.next_cursor:
        sys.stderr.write(f"more: --cursor {page.next_cursor}\n")
    return 0


def _table(assets: tuple[AudioAsset, ...]) -> Table:
    # An id that is cut can't be copied into the next command.
    table = Table(Column("id", no_wrap=True), "title", "seconds", "bytes", "saved at")
    for asset in assets:
        seconds = "" if asset.duration is None else f"{asset.duration:.2f}"
        saved_at = asset.created_at.isoformat(timespec="seconds")
        table.add_row(str(asset.id), asset.metadata.title, seconds, str(asset.size), saved_at)
    return table
