"""The metadata store is down or hangs."""

import time

import pytest

from tests.e2e.stack import ANN
from tests.resilience.faults.conftest import Behind
from tests.resilience.faults.test_store import DOWN, HANGING, SMALL, nothing_but
from tests.resilience.network.fault import Toxic


@pytest.mark.parametrize("fault", [DOWN, HANGING], ids=["down", "hanging"])
async def test_before_the_save_begins_it_is_a_503_and_nothing_is_stored(
    behind: Behind, fault: Toxic
) -> None:
    url = behind.stack.temp_file("a.wav", SMALL)
    behind.mongodb.poison(to_server=fault)
    began = time.monotonic()
    status, body, headers = await behind.stack.save(url)
    assert (status, body["code"]) == (503, "metadata_unavailable")
    assert headers["Retry-After"]
    assert time.monotonic() - began < 8
    store = await behind.stack.store()
    assert [found async for found in store.list_objects()] == []
    assert (await behind.stack.get("/audio-library", headers=ANN))[0] == 503
    assert (await behind.stack.get("/health/live"))[0] == 200
    behind.mongodb.poison()
    assert (await behind.stack.save(url))[0] == 201
    await nothing_but(behind.stack, 1)


async def test_a_commit_that_nobody_hears_of_is_unknown_and_deletes_nothing(
    behind: Behind,
) -> None:
    url = behind.stack.temp_file("a.wav", SMALL)
    # The ready document is the first command that carries its state.
    unheard = Toxic(carrying=b"\x02state\x00\x06\x00\x00\x00ready\x00", timeout=60)
    behind.mongodb.poison(to_client=unheard)
    status, body, _ = await behind.stack.save(url)
    assert (status, body["code"]) == (503, "commit_unknown")
    store = await behind.stack.store()
    assert len([found async for found in store.list_objects()]) == 1
    behind.mongodb.poison()
    status, _, headers = await behind.stack.save(url)
    assert (status, headers["Idempotency-Replayed"]) == (200, "true")
    await nothing_but(behind.stack, 1)
