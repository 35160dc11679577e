"""Commits that come just as their lease ends, with the recoverer at work all the time."""

import random

import attrs

from tests.resilience.network.fault import Toxic
from tests.resilience.network.recovery import Aftermath, aftermath
from tests.resilience.network.site import QUICK, running_site
from tests.resilience.network.writers import reached, writing

RACING = QUICK | {"SAVE_LEASE": "1", "RECOVER_INTERVAL": "0.05", "S3_TIMEOUT": "5"}


@attrs.frozen(kw_only=True)
class Raced:
    """`fenced` are saves that lost the race, `committed` those that won it."""

    committed: int
    fenced: int
    after: Aftermath


async def raced(*, saves: int, seed: int, writers: int = 8) -> Raced:
    """S3 answers about as late as a lease lasts, and a lease isn't renewed while it is waited for.

    `saves` is how many are to end, either way.
    """
    rng = random.Random(seed)
    async with running_site(**RACING) as site:
        async with writing(
            site.addresses, site.temp, seed=seed, writers=writers, large=0
        ) as writing_:
            answers = writing_.ledger.answers

            def ended() -> int:
                return answers["201"] + answers["lease_lost"]

            while ended() < saves:
                site.proxies["s3"].poison(to_client=Toxic(latency=rng.uniform(0.95, 1.06)))
                some_more = ended() + 4 * writers
                assert await reached(lambda more=some_more: ended() >= more, within=60)
            site.lift()
        after = await aftermath(site, writing_.ledger)
        return Raced(committed=answers["201"], fenced=answers["lease_lost"], after=after)
