"""Faults switched and processes killed, in turn, while writers write."""

import asyncio
import random

import attrs

from tests.resilience.network.daemon import Daemon
from tests.resilience.network.fault import Toxic
from tests.resilience.network.site import Site
from tests.resilience.network.writers import Writers, reached

_WAYS = ("to_server", "to_client")


@attrs.frozen(kw_only=True)
class Havoc:
    kills: int
    switched: int
    cuts: int


async def havoc(
    site: Site, writers: Writers, *, rounds: int, seed: int, victims: int = 1, longest: float = 2
) -> Havoc:
    """Each round strikes some connections, kills the next processes in turn, and heals all.

    No fault lasts longer than `longest` seconds, however little the writers get done.

    SeaweedFS and SecantusDB are killed like all others, since both keep under SIGKILL what they
    acknowledged: SeaweedFS 4.48 all of 1,866 objects looked up after 40 kills amid 8 writers,
    SecantusDB 0.7 all of 3,183 documents. A loss of power, which asks for fsync, is not tried here.
    """
    rng = random.Random(seed)
    switched = 0
    for number in range(rounds):
        struck = rng.sample(sorted(site.proxies), rng.choice((1, 1, 2)))
        for name in struck:
            site.proxies[name].poison(**{rng.choice(_WAYS): _some_toxic(rng)})
            switched += 1
        await _some_tries(writers, rng, longest)
        first, count = number * victims, victims + (rng.random() < 0.2)
        turn = [site.daemons[which % len(site.daemons)] for which in range(first, first + count)]
        await asyncio.gather(*(victim.kill() for victim in turn))
        await _some_tries(writers, rng, longest)
        site.lift()
        await _healed(site)
        await _some_tries(writers, rng, longest)
    return Havoc(
        kills=sum(daemon.kills for daemon in site.daemons),
        switched=switched,
        cuts=sum(proxy.cuts for proxy in site.proxies.values()),
    )


async def _healed(site: Site) -> None:
    async def start(daemon: Daemon) -> None:
        if daemon.ended:
            await daemon.start()

    # A service needs its stores to start, and is started again until they are there.
    await asyncio.gather(*(start(daemon) for daemon in site.daemons))


async def _some_tries(writers: Writers, rng: random.Random, longest: float) -> None:
    enough = writers.ledger.tries + rng.randint(1, 12)
    await reached(lambda: writers.ledger.tries >= enough, within=rng.uniform(0.1, longest))


def _some_toxic(rng: random.Random) -> Toxic:
    every = rng.choice((1, 1, 2, 3))
    size = int(rng.choice((0, 1, 200, 5_000, 100_000, 4_000_000)) * rng.uniform(0.5, 1.5))
    return rng.choice(
        (
            Toxic(latency=rng.uniform(0.01, 0.5), every=every),
            Toxic(bandwidth=rng.uniform(20_000, 2_000_000), pieces=4_000, every=every),
            Toxic(slow_close=rng.uniform(0.1, 3), every=every),
            Toxic(timeout=rng.uniform(0.1, 5), every=every),
            Toxic(pieces=rng.randint(100, 1_400), every=every),
            Toxic(cut_after=size, every=every),
            Toxic(cut_after=size, reset=True, every=every),
            Toxic(cut_after=0, reset=rng.random() < 0.5, times=rng.randint(1, 5), every=every),
        )
    )
