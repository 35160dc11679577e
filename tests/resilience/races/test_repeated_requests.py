"""One request sent again over HTTP, on each pair of stores: while it runs, and after it failed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.ports.object_store import ObjectStore
from audiolib.testing import wav
from tests.e2e.stack import ANN, PATIENCE, Stack, running_stack, until
from tests.e2e.test_processes import DATA, SlowSource, post, service, slow_generator
from tests.resilience.races.rounds import processes
from tests.stores import server_environment

BOB = {"x-customer-id": "acme", "x-user-id": "bob"}
KEYED = ANN | {"Idempotency-Key": "order-67"}
SLOW = "/temp/slow.wav"
TENANT = Tenant(customer_id="acme", user_id="ann")


@pytest.fixture(params=["embedded", "s3+mongodb by motor", "s3+mongodb by pymongo"])
def environment(request: pytest.FixtureRequest, aws_keys: None) -> dict[str, str]:
    if request.param == "embedded":
        return {}
    servers = [request.getfixturevalue(name) for name in ("s3_server", "mongo_server")]
    chosen = server_environment(*servers, request.param.rpartition(" ")[2])
    chosen["S3_BUCKET"] = "audiolib-races"
    return chosen | {"S3_BUCKET": "audiolib-races"}


@pytest.fixture
async def product(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Stack]:
    async with running_stack(environment, tmp_path) as product:
        yield product
        await emptied(await product.store())


@pytest.fixture
async def held_up(
    environment: dict[str, str], tmp_path: Path
) -> AsyncIterator[tuple[Stack, SlowSource]]:
    """A product whose generator sends half a file, and waits."""
    async with slow_generator() as (source, base):
        patient = {"AUDIO_GENERATION_SERVICE_URL": base, "STALL_TIMEOUT": str(PATIENCE)}
        async with running_stack(environment | patient, tmp_path) as product:
            yield product, source
            source.go_on.set()
            await emptied(await product.store())


async def emptied(store: ObjectStore) -> None:
    for found in [found async for found in store.list_objects()]:
        await store.delete(ObjectKey.parse(found.key))


async def kept(container: Container, tenant: Tenant = TENANT) -> list[bytes]:
    """The bytes of the tenant's assets; as many objects lie in the store, and nothing else."""
    store, listen = await resolve(container.store()), (await resolve(container.library())).listen
    inventory = await resolve(container.inventory())
    found = await inventory.assets(tenant, after="", limit=100)
    ready = [asset for asset in found if asset.state.value == "ready"]
    assert sorted(str(asset.key) for asset in ready) == [  # type: ignore[union-attr]
        found.key async for found in store.list_objects(f"{tenant}/")
    ]
    assert await store.list_uploads() == []
    data = []
    for asset in ready:
        async with listen.open(asset) as opened:  # type: ignore[arg-type]
            data.append(b"".join([chunk async for chunk in opened.chunks]))
    return data


async def test_while_the_first_is_held_up_others_are_told_what_they_are(
    held_up: tuple[Stack, SlowSource],
) -> None:
    product, source = held_up
    first = asyncio.create_task(product.save(SLOW, headers=KEYED))
    await asyncio.wait_for(source.half_sent.wait(), PATIENCE)

    status, body, headers = await product.save(SLOW, idempotency_key="order-67")
    assert (status, body["code"]) == (409, "idempotency_in_progress")
    assert int(headers["Retry-After"]) >= 1
    status, body, _ = await product.save(SLOW, headers=KEYED, text="Something else")
    assert (status, body["code"]) == (422, "idempotency_conflict")
    bobs = asyncio.create_task(product.save(SLOW, headers=BOB, idempotency_key="order-67"))
    unnamed = asyncio.create_task(product.save(SLOW))

    source.go_on.set()
    answers = await asyncio.gather(first, bobs, unnamed)
    assert [status for status, _, _ in answers] == [201, 201, 201]
    assert len({body["id"] for _, body, _ in answers}) == 3
    for headers, fields, of in (
        (KEYED, {}, 0),
        (ANN, {"idempotency_key": "order-67"}, 0),
        (BOB, {"idempotency_key": "order-67"}, 1),
        (ANN, {}, 2),
    ):
        status, body, told = await product.save(SLOW, headers=headers, **fields)
        assert (status, body["id"]) == (200, answers[of][1]["id"])
        assert told["Idempotency-Replayed"] == "true"
    assert await kept(product.container) == [DATA, DATA]
    assert await kept(product.container, Tenant(customer_id="acme", user_id="bob")) == [DATA]


@pytest.mark.parametrize(
    ("first", "status", "code"),
    [(None, 422, "source_not_found"), (wav(1)[:-10], 502, "source_truncated")],
    ids=["absent", "cut"],
)
async def test_a_first_try_that_failed_leaves_its_key_to_the_next(
    product: Stack, first: bytes | None, status: int, code: str
) -> None:
    """To another request as well: nothing was made of the first."""
    for name, text in (("a", "Hello world"), ("b", "Something else")):
        key = {"idempotency_key": f"order-{name}"}
        if first is not None:
            product.temp_file(f"{name}.wav", first)
        refused, body, _ = await product.save(f"/temp/{name}.wav", **key)
        assert (refused, body["code"]) == (status, code)
        url = product.temp_file(f"{name}.wav", wav(1))
        assert (await product.save(url, text=text, **key))[0] == 201
    assert await kept(product.container) == [wav(1)] * 2


@pytest.mark.parametrize("environment", ["s3+mongodb by motor"], indirect=True)
async def test_a_first_try_that_was_killed_leaves_its_key_when_its_lease_is_over(
    environment: dict[str, str], tmp_path: Path
) -> None:
    quick = environment | {"SAVE_LEASE": "1", "RECOVER_INTERVAL": "0.1"}
    async with slow_generator() as (source, generator):
        async with service(tmp_path / "data", generator, **quick) as (process, library):
            first = asyncio.create_task(post(library))
            await asyncio.wait_for(source.half_sent.wait(), PATIENCE)
            process.kill()
            with pytest.raises(aiohttp.ClientError):
                await first
        source.go_on.set()
        async with service(tmp_path / "data", generator, **quick) as (_, library):

            async def saved() -> bool:
                status, _ = await post(library)
                assert status in (201, 409)
                return status == 201

            await until(saved, "the killed save's key is free again")
            assert (await post(library))[0] == 200
    async with processes(environment, tmp_path, 1) as (container,):
        assert await kept(container) == [DATA]
        await emptied(await resolve(container.store()))
