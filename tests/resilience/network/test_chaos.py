"""Real services over a bad network, killed in turn with all that they need: nothing is lost."""

from tests.resilience.network.chaos import havoc
from tests.resilience.network.recovery import aftermath
from tests.resilience.network.site import QUICK, running_site
from tests.resilience.network.writers import writing


async def test_each_process_is_killed_and_every_acknowledged_asset_is_there() -> None:
    async with running_site(services=1, **QUICK) as site:
        async with writing(site.addresses, site.temp, seed=11) as writers:
            done = await havoc(site, writers, rounds=2, victims=2, longest=0.7, seed=11)
        after = await aftermath(site, writers.ledger)
    assert done.kills >= 4
    assert after.saved >= 8
    assert after.findings.faults == {}
    assert after.unforeseen == []
