"""`audiolib play-url`: a link to an asset's audio."""

import sys
from datetime import timedelta

from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings


def play_url(asset_id: str, *, customer: str, user: str, expires_in: float | None = None) -> int:
    """Print a presigned URL of an asset. That of an embedded store needs PUBLIC_URL, and
    `audiolib serve` running there.

    Parameters
    ----------
    asset_id
        The asset.
    customer
        The customer whose library it is.
    user
        The customer's user.
    expires_in
        For how many seconds it is good.
    """
    tenant = Tenant(customer_id=customer, user_id=user)
    ttl = None if expires_in is None else timedelta(seconds=expires_in)
    return run(_presign(Settings.from_env(), tenant, AssetId(asset_id), ttl))


async def _presign(
    settings: Settings, tenant: Tenant, asset_id: AssetId, ttl: timedelta | None
) -> int:
    async with open_library(settings, create=False) as library:
        url = await library.listen.presign(tenant, asset_id, ttl)
    sys.stdout.write(url.url + "\n")
    return 0
