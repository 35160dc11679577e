"""`audiolib recount`: what each tenant has, for the quotas."""

from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.bootstrap.library import open_library
from audiolib.entrypoints.cli.audit import emit
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings

_PAGE = 200


def recount() -> int:
    """Recount every tenant's assets, where quotas are set: after a reindex or a copy.

    Exits with 3 when some could not be counted because saves were running: run it again.
    """
    return run(_recount(Settings.from_env()))


async def _recount(settings: Settings) -> int:
    counted, busy = 0, list[Tenant]()
    async with open_library(settings, create=False) as library:
        after = None
        while page := await library.ports.inventory.tenants(after=after, limit=_PAGE):
            for tenant in page:
                if await library.quota.recount(tenant):
                    counted += 1
                else:
                    busy.append(tenant)
            after = page[-1]
    emit(f"{counted} tenants counted", as_json=False)
    for tenant in busy:
        emit(f"{tenant} was saving: run it again", as_json=False)
    return 3 if busy else 0
