"""A temp file's deletion fails or its outcome is lost; the save was answered, and stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import attrs
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from audiolib.domain.model.cleanup import CleanupResult, CleanupState
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing import wav
from tests.e2e.stack import Stack, running_stack, until
from tests.resilience.faults.scripted import Answer, Scripted, scripted
from tests.resilience.network.failpoints import ALWAYS, Failpoints
from tests.servers import MongoServer, S3Server
from tests.stores import server_environment

DATA = wav(2)
BREAKS = ("reset", "lost")
# The service's own worker tries once, when something was saved; whatever is later, a test does.
SLOW = {"CLEANUP_INTERVAL": "3600", "CONNECT_TIMEOUT": "0.2", "FIRST_BYTE_TIMEOUT": "0.3"}


@attrs.frozen
class Cleaning:
    """One asset whose temp file the service's own worker tries to delete once."""

    stack: Stack
    generator: Scripted

    async def saved(self) -> AssetId:
        status, body, _ = await self.stack.save("/temp/a.wav")
        assert status == 201
        return AssetId(body["id"])

    async def tried(self, asset_id: AssetId, state: CleanupState) -> None:
        inventory = await resolve(self.stack.container.inventory())

        async def ended() -> bool:
            asset = await inventory.find(asset_id)
            assert asset is not None
            return (asset.cleanup.state, asset.cleanup.attempts) == (state, 1)

        await until(ended, f"the first attempt has ended, {state}")

    async def later(self, hours: float) -> tuple[CleanupResult, ...]:
        clean_up = (await resolve(self.stack.container.library())).clean_up
        return await attrs.evolve(clean_up, now=lambda: utc_now() + timedelta(hours=hours))()


@pytest.fixture
async def cleaning(tmp_path: Path) -> AsyncIterator[Cleaning]:
    async with scripted(DATA) as generator:
        environment = {"AUDIO_GENERATION_SERVICE_URL": generator.url, **SLOW}
        async with running_stack(environment, tmp_path) as stack:
            yield Cleaning(stack, generator)


@pytest.mark.parametrize("answer", [500, 503, 429, "hang", "reset", "lost"])
async def test_a_failure_that_passes_is_tried_again(cleaning: Cleaning, answer: Answer) -> None:
    """Also a deletion that took place unheard: the file that is gone is success."""
    # Where a connection breaks, aiohttp asks once more of its own accord.
    cleaning.generator.deletes = chain(repeat(answer, 1 + (answer in BREAKS)), repeat("well"))
    asset_id = await cleaning.saved()
    await cleaning.tried(asset_id, CleanupState.DUE)
    results = await cleaning.later(1)
    assert [result.state for result in results] == [CleanupState.DONE]
    assert not cleaning.generator.there
    assert await cleaning.later(2) == ()
    assert (await cleaning.stack.get(f"/audio-library/{asset_id}/audio"))[1] == DATA


@pytest.mark.parametrize("answer", [400, 401, 403, 412])
async def test_a_refusal_is_final_until_an_operator_says_otherwise(
    cleaning: Cleaning, answer: Answer
) -> None:
    cleaning.generator.deletes = chain([answer], repeat("well"))
    asset_id = await cleaning.saved()
    await cleaning.tried(asset_id, CleanupState.DEAD)
    assert await cleaning.later(24) == ()
    assert (cleaning.generator.asked["DELETE"], cleaning.generator.there) == (1, True)
    assert (await cleaning.stack.get(f"/audio-library/{asset_id}/audio"))[1] == DATA
    outbox = await resolve(cleaning.stack.container.outbox())
    assert await outbox.retry(asset_id, now=utc_now())
    (result,) = await cleaning.later(0)
    assert (result.state, cleaning.generator.there) == (CleanupState.DONE, False)


@pytest.mark.parametrize("answer", [404, 410])
async def test_a_file_that_is_gone_already_is_done(cleaning: Cleaning, answer: Answer) -> None:
    cleaning.generator.deletes = repeat(answer)
    await cleaning.tried(await cleaning.saved(), CleanupState.DONE)
    assert (await cleaning.later(24), cleaning.generator.asked["DELETE"]) == ((), 1)


async def test_a_deletion_that_could_not_be_noted_is_asked_for_again(
    mongo_server: MongoServer, tmp_path: Path
) -> None:
    """Its lease ends, another worker asks, hears that there is no such file, and notes that."""
    environment = server_environment(S3Server(""), mongo_server, "pymongo")
    environment |= {"OBJECT_STORE": "filesystem"}
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_server.url) as client, scripted(DATA) as generator:
        generator.deletes = chain([503, "hang"], repeat("well"))
        slow = SLOW | {"AUDIO_GENERATION_SERVICE_URL": generator.url, "FIRST_BYTE_TIMEOUT": "20"}
        async with running_stack(environment | slow, tmp_path) as stack:
            cleaning = Cleaning(stack, generator)
            asset_id = await cleaning.saved()
            await cleaning.tried(asset_id, CleanupState.DUE)
            deleting = asyncio.create_task(cleaning.later(1))

            async def asked() -> bool:
                return generator.asked["DELETE"] == 2

            await until(asked, "the generator is asked to delete")
            try:
                async with Failpoints(client).failing("update", times=ALWAYS, errorCode=96):
                    generator.lifted.set()
                    with pytest.raises(MetadataUnavailableError):
                        await deleting
            except OperationFailure:
                pytest.skip("this MongoDB was started without enableTestCommands")
            assert not generator.there
            assert await cleaning.later(1.01) == ()
            (result,) = await cleaning.later(1.1)
            assert (result.state, generator.asked["DELETE"]) == (CleanupState.DONE, 3)
        await client.drop_database(environment["MONGODB_DATABASE"])
