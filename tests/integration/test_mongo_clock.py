"""Processes over one MongoDB go by its clock, however wrong their own is."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.servers import MongoServer

from audiolib.adapters.memory import MemoryObjectStore
from audiolib.adapters.mongo.client import open_mongo
from audiolib.adapters.mongo.intent_log import MongoIntentLog
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing import FakeClock
from audiolib.testing.contracts.samples import TENANT, pending

HOUR = timedelta(hours=1)


@attrs.define
class Machine:
    """A machine's own clock, which is `ahead` of the true time."""

    ahead: timedelta

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(days=400)], ids=str)
async def test_a_wrong_clock_neither_fences_running_saves_nor_keeps_dead_ones(
    mongo_server: MongoServer, driver: Any, ahead: timedelta
) -> None:
    where = {"database": f"clock_{secrets.token_hex(4)}", "driver": driver}
    async with (
        open_mongo(mongo_server.url, **where) as right,
        open_mongo(mongo_server.url, **where, now=Machine(ahead)) as wrong,
    ):
        repo = MongoMetadataRepo(right)
        running = pending(lease_until=right.clock() + timedelta(seconds=60))
        dead = pending(lease_until=right.clock() - timedelta(seconds=1))
        for intent in (running, dead):
            await repo.begin(TENANT, intent)
        done = await _recover(MongoIntentLog(wrong), wrong.clock)
        assert done == 1
        found = await repo.get(TENANT, running.id)
        assert found is not None
        assert found.state.value == "pending"


async def test_a_clock_that_is_set_while_the_process_runs_is_noticed(
    mongo_server: MongoServer,
) -> None:
    machine = Machine(timedelta(0))
    where = {"database": f"clock_{secrets.token_hex(4)}"}
    async with open_mongo(mongo_server.url, **where, now=machine) as assets:
        assert abs(assets.clock() - utc_now()) < timedelta(seconds=1)
        machine.ahead = -HOUR
        await assets.clock.measure()
        assert abs(assets.clock() - utc_now()) < timedelta(seconds=1)
        machine.ahead = timedelta(0)
        await assets.clock.measure()
        assert abs(assets.clock() - utc_now()) < timedelta(seconds=1)


async def _recover(intents: MongoIntentLog, now: Callable[[], datetime]) -> int:
    store = MemoryObjectStore(now=FakeClock())
    return (await RecoverSaves(intents=intents, store=store, now=now)()).fenced
