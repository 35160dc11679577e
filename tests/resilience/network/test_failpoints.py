"""Whatever MongoDB does to a command, the answer is true, and its repetition saves once."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from audiolib.testing import wav
from tests.e2e.stack import Stack, running_stack, until
from tests.resilience.network.failpoints import ALWAYS, Failpoints
from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import Proxy, proxied
from tests.servers import MongoServer, S3Server
from tests.stores import server_environment

AUDIO = wav(0.5)
_TRY_AGAIN = ("idempotency_in_progress", "metadata_unavailable", "commit_unknown")
CLOSED = {"closeConnection": True}
UNCONFIRMED = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}


@attrs.frozen
class Site:
    """A service whose MongoDB lies behind a proxy; `documents` are read past both."""

    stack: Stack
    failpoints: Failpoints
    proxy: Proxy
    headers: Mapping[str, str]

    async def save(self) -> tuple[int, str, str]:
        """Returns: status, code of the error, id of the asset."""
        status, body, _ = await self.stack.save("/temp/speech.wav", headers=self.headers)
        return status, body.get("code", ""), body.get("id", "")

    async def saved_in_the_end(self) -> str:
        """Repeats the request as a client does. Returns: the asset's id."""
        ids = []

        async def saved() -> bool:
            status, code, asset_id = await self.save()
            assert status in (200, 201) or code in _TRY_AGAIN, (status, code)
            ids.append(asset_id)
            return status < 300

        await until(saved, "the repeated request succeeds")
        return ids[-1]

    async def documents(self, state: str = "ready") -> list[dict[str, Any]]:
        database = self.failpoints.client[self.stack.settings.mongodb_database]
        theirs = {"customer_id": self.headers["x-customer-id"], "state": state}
        return await database["assets"].find(theirs).to_list()

    async def nothing_is_left_but(self, asset_id: str) -> None:
        """One asset, its bytes, and no other object."""
        (document,) = await self.documents()
        assert document["_id"] == asset_id
        store = await self.stack.store()
        prefix = f"{self.headers['x-customer-id']}/"

        async def only_this() -> bool:
            found = [each.key async for each in store.list_objects(prefix)]
            return found == [document["storage"]["key"]]

        await until(only_this, "what else was begun is swept")
        status, data, _ = await self.stack.get(
            f"/audio-library/{asset_id}/audio", headers=self.headers
        )
        assert (status, data) == (200, AUDIO)
        assert not await self.documents("pending")


Sites = Any


@pytest.fixture
async def failpoints(mongo_server: MongoServer) -> AsyncIterator[Failpoints]:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_server.url) as client:
        failpoints = Failpoints(client)
        try:
            async with failpoints.failing("ping", closeConnection=True):
                pass
        except OperationFailure:
            pytest.skip("this MongoDB was started without enableTestCommands")
        yield failpoints


@pytest.fixture
def site(
    s3_server: S3Server,
    mongo_server: MongoServer,
    failpoints: Failpoints,
    aws_keys: None,
    tmp_path: Path,
) -> Sites:
    """Opens one; `patience` is MONGODB_TIMEOUT."""

    @asynccontextmanager
    async def opened(
        patience: float, driver: str = "pymongo", *, behind_proxy: bool = False
    ) -> AsyncIterator[Site]:
        settings = {
            "MONGODB_TIMEOUT": str(patience),
            "SAVE_LEASE": "1",
            "RECOVER_INTERVAL": "0.1",
            # It would write, too, and be struck in the place of a save.
            "CLEANUP_INTERVAL": "3600",
        }
        async with AsyncExitStack() as opening:
            proxy, reached = None, mongo_server
            if behind_proxy:
                port = urlsplit(mongo_server.url).port or 27017
                proxy = await opening.enter_async_context(proxied(port))
                reached = MongoServer(mongo_server.url.replace(f":{port}", f":{proxy.port}"))
            # After a "not primary" the driver waits until it has looked at the server again.
            reached = MongoServer(f"{reached.url}&heartbeatFrequencyMS=500")
            stores = server_environment(s3_server, reached, driver) | {
                "S3_BUCKET": "audiolib-network"
            }
            stack = await opening.enter_async_context(running_stack(stores | settings, tmp_path))
            stack.temp_file("speech.wav", AUDIO)
            headers = {"x-customer-id": f"c{secrets.token_hex(8)}", "x-user-id": "ann"}
            yield Site(stack, failpoints, proxy or Proxy(0, 0), headers)
            await failpoints.client.drop_database(stack.settings.mongodb_database)

    return opened


@pytest.mark.parametrize(
    ("driver", "command", "how"),
    [
        ("motor", "insert", CLOSED),
        ("pymongo", "update", CLOSED),
        ("pymongo", "insert", {"errorCode": 10107}),
        ("motor", "update", {"errorCode": 189}),
        ("pymongo", "update", {"errorCode": 91}),
        ("motor", "insert", UNCONFIRMED),
        ("pymongo", "update", UNCONFIRMED),
    ],
    ids=str,
)
async def test_a_fault_that_passes_is_not_noticed(
    site: Sites, driver: str, command: str, how: dict[str, Any]
) -> None:
    async with site(10, driver) as there:
        async with there.failpoints.failing(command, **how):
            status, _, asset_id = await there.save()
        assert status == 201
        assert await there.save() == (200, "", asset_id)
        await there.nothing_is_left_but(asset_id)


@pytest.mark.parametrize(
    ("command", "how", "code"),
    [
        ("insert", {"errorCode": 10107}, "metadata_unavailable"),
        ("insert", UNCONFIRMED, "metadata_unavailable"),
        ("update", CLOSED, "commit_unknown"),
        ("update", UNCONFIRMED, "commit_unknown"),
    ],
    ids=str,
)
async def test_a_fault_that_stays_is_told_and_the_request_can_be_repeated(
    site: Sites, command: str, how: dict[str, Any], code: str
) -> None:
    async with site(3) as there:
        async with there.failpoints.failing(command, times=ALWAYS, **how):
            status, told, _ = await there.save()
        assert (status, told) == (503, code)
        committed = [document["_id"] for document in await there.documents()]
        assert bool(committed) == (how is UNCONFIRMED and command == "update")
        asset_id = await there.saved_in_the_end()
        assert not committed or committed == [asset_id]
        await there.nothing_is_left_but(asset_id)


@pytest.mark.parametrize(("command", "of"), [("insert", b"original_url"), ("update", b"ready")])
async def test_a_write_whose_answers_are_lost_is_read_back_or_repeated(
    site: Sites, command: str, of: bytes
) -> None:
    # Of what a save writes; the recoverer asks for pending documents at the same time.
    lost = Toxic(cut_after=0, reset=True, carrying=of)
    async with site(10, behind_proxy=True) as there:
        there.proxy.poison(to_client=attrs.evolve(lost, times=1))
        status, _, asset_id = await there.save()
        assert (status, there.proxy.cuts) == (201, 1)
        await there.nothing_is_left_but(asset_id)


async def test_a_commit_that_is_done_after_all_patience_is_over_saves_once(site: Sites) -> None:
    async with site(3) as there:
        late = {"blockConnection": True, "blockTimeMS": 3500}
        async with there.failpoints.failing("update", times=ALWAYS, **late):
            status, code, _ = await there.save()
        assert (status, code) == (503, "commit_unknown")
        await there.nothing_is_left_but(await there.saved_in_the_end())


async def test_a_holder_that_can_not_be_looked_up_is_not_guessed(site: Sites) -> None:
    async with site(3) as there:
        _, _, asset_id = await there.save()
        async with there.failpoints.failing("find", times=ALWAYS, **CLOSED):
            status, code, _ = await there.save()
        assert (status, code) == (503, "metadata_unavailable")
        assert await there.save() == (200, "", asset_id)
        await there.nothing_is_left_but(asset_id)


async def test_a_save_that_can_not_be_called_off_is_ended_by_the_recoverer(site: Sites) -> None:
    async with site(3) as there:
        there.stack.temp_file("speech.wav", AUDIO[:30] + b"cut")
        async with there.failpoints.failing("update", times=ALWAYS, **CLOSED):
            status, _, _ = await there.save()
        assert status == 415
        assert len(await there.documents("pending")) == 1
        there.stack.temp_file("speech.wav", AUDIO)
        await there.nothing_is_left_but(await there.saved_in_the_end())
