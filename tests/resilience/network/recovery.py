"""After the faults: recoverers and cleaners do their work, and what is left is judged."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import attrs

from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.settings import Settings
from tests.resilience.network.audit import Findings, audited, looked_into
from tests.resilience.network.site import Site
from tests.resilience.network.writers import Ledger

_MOST_ROUNDS = 1000
_CLEANUP_LEASE = timedelta(minutes=20)
_TOMBSTONE = timedelta(days=8)
_UNFORESEEN = ("unexpected error", "internal_error", "Traceback")


@attrs.frozen(kw_only=True)
class Aftermath:
    """`late` are objects that arrived after their prefix was swept, for the tombstone to find;
    `probes` what was left of services killed as they started; `unforeseen` what the services
    logged and nobody foresaw."""

    saved: int
    late: int
    probes: int
    findings: Findings
    unforeseen: list[str]


async def aftermath(site: Site, ledger: Ledger) -> Aftermath:
    """The services end; what they would do in the next days is done now, by a later clock."""
    for service in site.services:
        await service.kill(signal.SIGTERM)
    async with _container(site) as container:
        await _clean_up(container)
        await _recover(container, timedelta(minutes=10))
        late = len((await looked_into(site)).orphans)
        await _recover(container, _TOMBSTONE)
    stores = await looked_into(site)
    return Aftermath(
        saved=len(stores.in_state("ready")),
        late=late,
        probes=len(stores.of_probes),
        findings=audited(site, stores, ledger),
        unforeseen=[line for service in site.services for line in _unforeseen(service.said())],
    )


async def leftovers(site: Site, *, within: float) -> tuple[int, float]:
    """Let the services do their work, with the clock as it is.

    Returns: how many objects are left, and after how many seconds it was none (or `within`).
    """
    began = time.monotonic()
    while left := len((await looked_into(site)).orphans):
        if time.monotonic() - began > within:
            break
        await asyncio.sleep(1)
    return left, time.monotonic() - began


async def _clean_up(container: Container) -> None:
    clean_up = attrs.evolve(
        (await resolve(container.library())).clean_up, now=_later(_CLEANUP_LEASE)
    )
    for _ in range(_MOST_ROUNDS):
        if not await clean_up():
            return


async def _recover(container: Container, later: timedelta) -> None:
    recover = attrs.evolve((await resolve(container.library())).recover, now=_later(later))
    for _ in range(_MOST_ROUNDS):
        done = await recover()
        if not done.fenced and not done.swept:
            return


def _later(than_now: timedelta) -> Callable[[], datetime]:
    return lambda: utc_now() + than_now


def _unforeseen(log: str) -> list[str]:
    return [line for line in log.splitlines() if any(word in line for word in _UNFORESEEN)]


@asynccontextmanager
async def _container(site: Site) -> AsyncIterator[Container]:
    environment = site.environment()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = environment[name]
    container = build_container(Settings.read(environment))
    async with open_resources(container):
        yield container
