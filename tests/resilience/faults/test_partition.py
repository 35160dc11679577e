"""The servers go away inside an upload in parts, so that nobody can tidy up after it at once."""

import asyncio

import pytest

from tests.e2e.stack import until
from tests.resilience.faults.conftest import Behind
from tests.resilience.faults.test_store import DOWN, LARGE, nothing_but
from tests.resilience.network.fault import Toxic


@pytest.mark.parametrize("both", [False, True], ids=["the store", "both"])
async def test_what_was_begun_when_they_went_is_swept_when_they_are_back(
    behind: Behind, both: bool
) -> None:
    """A claim, an upload with one part, and an intent, which nobody could call off."""
    url = behind.stack.temp_file("a.wav", LARGE)
    second_part = Toxic(carrying=b"partNumber=2", cut_after=0, reset=True)
    behind.s3.poison(to_server=second_part)
    save = asyncio.create_task(behind.stack.save(url))

    async def struck() -> bool:
        return behind.s3.cuts > 0

    await until(struck, "the first part is there, and the second doesn't come through")
    behind.s3.poison(to_server=DOWN)
    if both:
        behind.mongodb.poison(to_server=DOWN)
    status, body, headers = await save
    assert (status, body["code"]) == (503, "storage_unavailable")
    assert headers["Retry-After"]
    assert behind.stack.temp_path(url).exists()
    behind.s3.poison()
    behind.mongodb.poison()

    async def saved() -> bool:
        status, body, _ = await behind.stack.save(url)
        assert (status, body.get("code")) in [(201, None), (409, "idempotency_in_progress")]
        return status == 201

    await until(saved, "the same request again, at the latest when the lease is over")
    await nothing_but(behind.stack, 1)
