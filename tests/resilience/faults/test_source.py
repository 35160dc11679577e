"""The generator fails while a temp file is fetched: what the client sees, and what stays."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from itertools import chain, repeat
from pathlib import Path

import attrs
import pytest
import stamina

from audiolib.testing import wav
from tests.e2e.stack import ANN, Stack, running_stack, until
from tests.resilience.faults.scripted import Answer, Scripted, scripted
from tests.resilience.faults.test_store import nothing_but

BOB = {"x-customer-id": "acme", "x-user-id": "bob"}
DATA, NEWER = wav(2), wav(3)
URL = "/temp/a.wav"


QUICK = {
    "CONNECT_TIMEOUT": "0.2",
    "FIRST_BYTE_TIMEOUT": "0.3",
    "STALL_TIMEOUT": "0.3",
    "RECOVER_INTERVAL": "0.1",
    "CLEANUP_INTERVAL": "0.1",
}


@attrs.frozen
class Fetching:
    stack: Stack
    generator: Scripted


@pytest.fixture(params=[QUICK])
async def fetching(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Fetching]:
    async with scripted(DATA) as generator:
        environment = {"AUDIO_GENERATION_SERVICE_URL": generator.url, **request.param}
        async with running_stack(environment, tmp_path) as stack:
            yield Fetching(stack, generator)


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (500, 502, "source_unavailable"),
        (403, 502, "source_unavailable"),
        ("reset", 502, "source_unavailable"),
        ("hang", 502, "source_unavailable"),
        ("stall", 502, "source_unavailable"),
        ("cut", 502, "source_truncated"),
        (404, 422, "source_not_found"),
        (410, 422, "source_not_found"),
    ],
)
async def test_a_generator_that_fails_is_told_and_may_be_asked_again(
    fetching: Fetching, answer: Answer, status: int, code: str
) -> None:
    stack, generator = fetching.stack, fetching.generator
    generator.reads = repeat(answer)
    answered, body, headers = await stack.save(URL)
    assert (answered, body["code"]) == (status, code)
    assert ("Retry-After" in headers) == (status == 502)
    await nothing_but(stack, 0)
    assert generator.asked["DELETE"] == 0
    generator.reads = repeat("well")
    assert (await stack.save(URL))[0] == 201
    await nothing_but(stack, 1)


async def test_a_generator_that_is_down_is_a_502(fetching: Fetching, tmp_path: Path) -> None:
    async with scripted(DATA) as gone:
        nobody = {"AUDIO_GENERATION_SERVICE_URL": gone.url}
    async with running_stack(nobody, tmp_path / "other") as stack:
        status, body, headers = await stack.save(URL)
        assert (status, body["code"]) == (502, "source_unavailable")
        assert headers["Retry-After"]
        await nothing_but(stack, 0)


@pytest.mark.parametrize("first", [500, "cut"])
async def test_a_file_that_changes_between_two_tries_is_saved_as_it_was_last(
    fetching: Fetching, first: Answer
) -> None:
    """Whoever tries again, the adapter or the client: nothing of two files is mixed."""
    stack, generator = fetching.stack, fetching.generator

    def changing() -> Iterator[Answer]:
        yield first
        generator.data, generator.etag = NEWER, '"second"'
        yield from repeat("well")

    generator.reads = changing()
    status, body, _ = await stack.save(URL)
    if first == "cut":
        assert (status, body["code"]) == (502, "source_truncated")
        status, body, _ = await stack.save(URL)
    assert status == 201
    assert body["asset"]["sha256"] == hashlib.sha256(NEWER).hexdigest()
    assert (await stack.get(f"/audio-library/{body['id']}/audio"))[1] == NEWER

    async def deleted() -> bool:
        return not generator.there

    await until(deleted, "the file that was saved is deleted, by its own ETag")
    await nothing_but(stack, 1)


@pytest.mark.parametrize("fetching", [{"STALL_TIMEOUT": "20"}], indirect=True, ids=[""])
async def test_two_tenants_who_can_name_a_temp_file_both_have_it(fetching: Fetching) -> None:
    """That names can't be guessed is what protects them; here both were told. One deletion."""
    stack, generator = fetching.stack, fetching.generator
    generator.reads = chain(["stall"], repeat("well"))
    ann = asyncio.create_task(stack.save(URL, headers=ANN))
    await asyncio.wait_for(generator.half_sent.wait(), 20)
    bob = await stack.save(URL, headers=BOB)
    generator.lifted.set()
    saved = {"ann": (ANN, await ann), "bob": (BOB, bob)}
    ids = {body["id"] for _, (_, body, _) in saved.values()}
    assert len(ids) == 2
    for headers, (status, body, _) in saved.values():
        assert status == 201
        path = f"/audio-library/{body['id']}"
        assert (await stack.get(f"{path}/audio", headers=headers))[1] == DATA
        other = BOB if headers is ANN else ANN
        assert (await stack.get(path, headers=other))[0] == 404
    # Who comes after the deletion finds nothing, and is told no more than that.
    carl = {"x-customer-id": "acme", "x-user-id": "carl"}

    async def deleted() -> bool:
        return not generator.there

    await until(deleted, "the temp file is deleted")
    status, body, _ = await stack.save(URL, headers=carl)
    assert (status, body["code"]) == (422, "source_not_found")


@pytest.mark.parametrize(
    "fetching",
    [{"STALL_TIMEOUT": "20", "SAVE_LEASE": "1", "RECOVER_INTERVAL": "0.1"}],
    indirect=True,
    ids=[""],
)
async def test_a_save_that_stood_still_too_long_has_lost_its_lease(fetching: Fetching) -> None:
    """The recoverer fenced it while it lived: it ends with nothing, and the next one with all."""
    stack, generator = fetching.stack, fetching.generator
    generator.reads = chain(["stall"], repeat("well"))
    late = asyncio.create_task(stack.save(URL))
    await asyncio.wait_for(generator.half_sent.wait(), 20)

    async def saved() -> bool:
        status, body, _ = await stack.save(URL)
        assert (status, body.get("code")) in [(201, None), (409, "idempotency_in_progress")]
        return status == 201

    await until(saved, "the lease of the save that stands still is over")
    generator.lifted.set()
    status, body, headers = await late
    assert (status, body["code"]) == (503, "lease_lost")
    assert headers["Retry-After"]
    await nothing_but(stack, 1)
