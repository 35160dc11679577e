"""The object store is down, hangs, loses answers, breaks connections."""

import time
from datetime import timedelta
from functools import partial

import attrs
import pytest

from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing import wav
from tests.e2e.stack import Stack, until
from tests.resilience.faults.conftest import Behind
from tests.resilience.network.fault import Toxic

ANN = Tenant(customer_id="acme", user_id="ann")
SMALL, LARGE = wav(1), wav(420)
DOWN = Toxic(cut_after=0, reset=True)
HANGING = Toxic(timeout=60)


async def nothing_but(stack: Stack, ready: int) -> None:
    """In the end: so many ready assets, their objects, nothing else and nothing unfinished."""
    store, inventory = await stack.store(), await resolve(stack.container.inventory())

    async def clean() -> bool:
        found = await inventory.assets(ANN, after="", limit=100)
        keys = {str(asset.key) for asset in found if asset.state.value == "ready"}
        pending = [asset for asset in found if asset.state.value == "pending"]
        stored = {found.key async for found in store.list_objects()}
        return len(keys) == ready and stored == keys and not pending

    await until(clean, f"{ready} assets, and nothing left over")
    # A request that hung may have arrived after the sweep; the tombstone ends with another.
    recover = (await resolve(stack.container.library())).recover
    await attrs.evolve(recover, now=lambda: utc_now() + timedelta(days=8))()
    assert await store.list_uploads() == []


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "in parts"])
@pytest.mark.parametrize("fault", [DOWN, HANGING], ids=["down", "hanging"])
async def test_a_store_that_is_down_or_hangs_is_a_503_and_may_be_repeated(
    behind: Behind, data: bytes, fault: Toxic
) -> None:
    url = behind.stack.temp_file("a.wav", data)
    behind.s3.poison(to_client=fault) if fault is HANGING else behind.s3.poison(to_server=fault)
    began = time.monotonic()
    status, body, headers = await behind.stack.save(url)
    assert (status, body["code"]) == (503, "storage_unavailable")
    assert headers["Retry-After"]
    assert time.monotonic() - began < 15
    behind.s3.poison()
    status, _, _ = await behind.stack.save(url)
    assert status == 201
    await nothing_but(behind.stack, 1)


async def test_a_put_whose_answer_is_lost_is_found_to_be_ours(behind: Behind) -> None:
    """The second try is refused by If-None-Match: 412 on our own key."""
    behind.s3.poison(to_client=Toxic(carrying=b"If-None-Match", cut_after=0, reset=True, times=1))
    status, _, _ = await behind.stack.save(behind.stack.temp_file("a.wav", SMALL))
    assert (status, behind.s3.cuts) == (201, 1)
    await nothing_but(behind.stack, 1)


async def test_an_upload_whose_beginning_is_not_heard_of_is_ended(behind: Behind) -> None:
    """The second try begins another; of the first, only the store knows."""
    behind.s3.poison(to_client=Toxic(carrying=b".wav?uploads", cut_after=0, reset=True, times=1))
    status, _, _ = await behind.stack.save(behind.stack.temp_file("a.wav", LARGE))
    assert (status, behind.s3.cuts) == (201, 1)
    await nothing_but(behind.stack, 1)


async def test_a_completion_whose_answer_is_lost_is_found_to_be_ours(behind: Behind) -> None:
    lost = Toxic(carrying=b"<CompleteMultipartUpload", cut_after=0, reset=True, times=1)
    behind.s3.poison(to_client=lost)
    status, _, _ = await behind.stack.save(behind.stack.temp_file("a.wav", LARGE))
    assert (status, behind.s3.cuts) == (201, 1)
    await nothing_but(behind.stack, 1)


async def test_a_part_that_is_cut_is_sent_again(behind: Behind) -> None:
    behind.s3.poison(to_server=Toxic(cut_after=3_000_000, times=1))
    status, _, _ = await behind.stack.save(behind.stack.temp_file("a.wav", LARGE))
    assert (status, behind.s3.cuts) == (201, 1)
    await nothing_but(behind.stack, 1)


async def test_slices_and_delays_change_nothing(behind: Behind) -> None:
    behind.s3.poison(to_server=Toxic(pieces=7_000), to_client=Toxic(latency=0.02, pieces=100))
    status, body, _ = await behind.stack.save(behind.stack.temp_file("a.wav", LARGE))
    assert status == 201
    behind.s3.poison()
    assert (await behind.stack.get(f"/audio-library/{body['id']}/audio"))[1] == LARGE


async def test_a_bucket_that_is_gone_makes_the_service_unready(behind: Behind) -> None:
    store = await behind.stack.store()
    client = store.client  # type: ignore[attr-defined]

    async def answers(expected: int) -> bool:
        return (await behind.stack.get("/health/ready"))[0] == expected

    assert await answers(200)
    await client.delete_bucket(Bucket=store.bucket)
    await until(partial(answers, 503), "it is not ready")  # looked up once a second
    await client.create_bucket(Bucket=store.bucket)
    await until(partial(answers, 200), "it is ready again")
