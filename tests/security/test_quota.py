"""Quotas, over HTTP and on each pair of stores."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audiolib.domain.model.identifiers import ObjectKey
from audiolib.testing import wav
from tests.e2e.stack import ANN, Stack, running_stack, until
from tests.stores import EMBEDDED, server_environment

SOUND = wav(0.2)
QUOTAS = {"QUOTA_OBJECTS": "5", "QUOTA_BYTES": str(100 * len(SOUND))}
BOB = {"x-customer-id": "acme", "x-user-id": "bob"}


@pytest.fixture(params=["embedded", "motor", "pymongo"])
async def stack(
    request: pytest.FixtureRequest, tmp_path: Path, aws_keys: None
) -> AsyncIterator[Stack]:
    environment = dict(EMBEDDED)
    if request.param != "embedded":
        s3, mongodb = (request.getfixturevalue(name) for name in ("s3_server", "mongo_server"))
        environment = server_environment(s3, mongodb, request.param)
    async with running_stack({**environment, **QUOTAS}, tmp_path) as stack:
        yield stack
        store = await stack.store()
        for found in [found async for found in store.list_objects("")]:
            await store.delete(ObjectKey.parse(found.key))


async def test_however_many_save_at_once_no_more_are_kept(stack: Stack) -> None:
    urls = [stack.temp_file(f"a{number}.wav", SOUND) for number in range(25)]
    answers = await asyncio.gather(*(stack.save(url) for url in urls))
    told = Counter((status, body.get("code")) for status, body, _ in answers)
    assert told == {(201, None): 5, (403, "quota_exceeded"): 20}
    _, listed, _ = await stack.get("/audio-library")
    assert len(json.loads(listed)["assets"]) == 5
    store = await stack.store()

    async def swept() -> bool:
        return len([found async for found in store.list_objects("acme/ann/")]) == 5

    await until(swept, "nothing is left of the others")
    bobs = stack.temp_file("bobs.wav", SOUND)
    assert (await stack.save(bobs, headers=BOB))[0] == 201
    replay = next(url for url, (status, _, _) in zip(urls, answers, strict=True) if status == 201)
    assert (await stack.save(replay))[0] == 200


async def test_bytes_count_by_what_came(stack: Stack) -> None:
    large = wav(0.2 * 60)
    assert (await stack.save(stack.temp_file("large.wav", large)))[0] == 201
    status, body, _ = await stack.save(stack.temp_file("larger.wav", large), headers=ANN)
    assert (status, body["code"]) == (403, "quota_exceeded")
    assert (await stack.save(stack.temp_file("small.wav", SOUND)))[0] == 201
