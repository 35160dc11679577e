"""Level E: real services over a bad network, SIGKILL of each process, races, and times to clean."""

import asyncio
import sys
from collections.abc import Iterator

from tests.resilience.network.chaos import Havoc, havoc
from tests.resilience.network.cleaning import from_kill_to_clean, from_ready_to_gone
from tests.resilience.network.races import raced
from tests.resilience.network.recovery import Aftermath, aftermath, leftovers
from tests.resilience.network.site import QUICK, running_site
from tests.resilience.network.writers import writing
from tests.stress.figures import Figure, scaled

_SEED = 5


def run(scale: float) -> Iterator[Figure]:
    yield from _chaos(scale)
    yield from _races(scale)
    yield from _times(scale)


def _chaos(scale: float) -> Iterator[Figure]:
    rounds = scaled(100, scale)
    done, after, left, cleaned = asyncio.run(_wrought(rounds, within=600 * scale))
    yield Figure(name="kills", measured=done.kills, at_least=rounds)
    yield Figure(name="faults switched", measured=done.switched, at_least=rounds)
    yield Figure(name="connections cut", measured=done.cuts, at_least=rounds)
    yield Figure(name="assets saved", measured=after.saved, at_least=5 * rounds)
    yield Figure(name="objects left, clock not moved", measured=left, at_least=0, at_most=0)
    yield Figure(name="until none was left", measured=cleaned, at_most=600, unit="s")
    yield Figure(name="late objects, ten minutes on", measured=after.late, at_least=0, at_most=0)
    # Each start that is cut off may leave the two that a probe writes.
    yield Figure(name="objects of probes cut off", measured=after.probes, at_most=2 * done.kills)
    yield from _nothing_wrong("chaos", after)


async def _wrought(rounds: int, *, within: float) -> tuple[Havoc, Aftermath, int, float]:
    async with running_site(**QUICK) as site:
        async with writing(site.addresses, site.temp, seed=_SEED) as writers:
            done = await havoc(site, writers, rounds=rounds, seed=_SEED)
        left, seconds = await leftovers(site, within=within)
        return done, await aftermath(site, writers.ledger), left, seconds


def _races(scale: float) -> Iterator[Figure]:
    saves = scaled(4_000, scale)
    race = asyncio.run(raced(saves=saves, seed=_SEED))
    committed, fenced = race.committed, race.fenced
    yield Figure(name="saves raced by the recoverer", measured=committed + fenced, at_least=saves)
    yield Figure(name="races that the save won", measured=committed, at_least=saves // 20)
    yield Figure(name="races that the fence won", measured=fenced, at_least=saves // 20)
    yield from _nothing_wrong("races", race.after)


def _nothing_wrong(what: str, after: Aftermath) -> Iterator[Figure]:
    for said in (*after.findings.faults.items(), *after.unforeseen):
        print(what, said, file=sys.stderr)
    wrong = after.findings.counts | {"unforeseen errors logged": len(after.unforeseen)}
    for kind, count in wrong.items():
        yield Figure(name=f"{what}, {kind}", measured=count, at_least=0, at_most=0)


def _times(scale: float) -> Iterator[Figure]:
    # Full length is the defaults, 120 s and 30 s; a shorter run has a shorter lease.
    lease, interval = max(120 * scale, 3), max(30 * scale, 1)
    clean = asyncio.run(from_kill_to_clean(save_lease=lease, recover_interval=interval))
    yield Figure(name="kill to clean", measured=clean, at_most=lease + interval, unit="s")
    gone = asyncio.run(from_ready_to_gone(saves=scaled(2_000, scale), seed=_SEED))
    p99 = gone[int(0.99 * len(gone))]
    yield Figure(name="ready to temp file gone, p99", measured=p99, at_most=60, unit="s")
