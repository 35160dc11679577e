"""Many at once for one thing, on every repo and every store; and servers that break promises."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from audiolib.adapters.memory import MemoryObjectStore
from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.errors import WeakStoreError
from audiolib.entrypoints.bootstrap.lifecycle import resolve
from audiolib.entrypoints.bootstrap.runtime import new_token, utc_now
from audiolib.testing import World
from tests.resilience.races.rounds import (
    processes,
    promises_drained,
    puts_of_one_key,
    saves_under_one_key,
)
from tests.servers import ACCESS_KEY, SECRET_KEY, moto_s3, rclone_s3, seaweedfs, secantus
from tests.stores import EMBEDDED, server_environment
from tests.stress.figures import Figure, scaled

PARALLEL, RACERS = 100, 16


def run(scale: float) -> Iterator[Figure]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with seaweedfs(folder) as s3, secantus(folder) as mongo:
            for name in ("SQLite", "MongoDB by motor", "MongoDB by pymongo"):
                environment = EMBEDDED
                if name != "SQLite":
                    environment = server_environment(s3, mongo, name.rpartition(" ")[2])
                    environment["OBJECT_STORE"] = "filesystem"
                saves, drained = asyncio.run(_repo(environment, folder / name, scale))
                yield from _of_saves(name, saves, scaled(200, scale))
                yield from _of_promises(name, drained)
            servers = server_environment(s3, mongo, "motor")
            puts = asyncio.run(_stores(servers, folder / "stores", scale))
            for name, counts in puts.items():
                rounds = counts.pop("rounds")
                yield Figure(name=f"{name}: keys raced for by 16", measured=rounds, at_least=1)
                yield Figure(
                    name=f"{name}: other than one winner", measured=counts.total(), at_most=0
                )
            weak = [server(folder) for server in (rclone_s3, moto_s3)]
            with weak[0] as rclone, weak[1] as moto:
                judged = [
                    asyncio.run(_is_strong(server.endpoint_url)) for server in (s3, rclone, moto)
                ]
    right = sum(a is b for a, b in zip(judged, (True, False, False), strict=True))
    yield Figure(name="S3 servers judged right", measured=right, at_least=3, at_most=3)


async def _repo(
    environment: dict[str, str], folder: Path, scale: float
) -> tuple[Counter[str], Counter[str]]:
    async with processes(environment, folder, 2) as two:
        rounds = scaled(200, scale)
        saves = await saves_under_one_key(two, folder, rounds=rounds, parallel=PARALLEL)
        return saves, await promises_drained(two, scaled(1000, scale))


async def _stores(servers: dict[str, str], folder: Path, scale: float) -> dict[str, Counter[str]]:
    found = {}
    rounds = scaled(50, scale)
    memory: list[MemoryObjectStore] = [World.new().objects]
    found["memory"] = await puts_of_one_key(memory, rounds=rounds, racers=RACERS, size=1000)
    for name, environment in (("filesystem", EMBEDDED), ("S3", servers)):
        async with processes(environment, folder / name, 2) as two:
            stores = [await resolve(container.store()) for container in two]
            for size, kind in ((1000, "small"), (6_000_000, "in parts")):
                some = rounds if size == 1000 else scaled(5, scale)
                found[f"{name}, {kind}"] = await puts_of_one_key(
                    stores, rounds=some, racers=RACERS, size=size
                )
    return found


async def _is_strong(endpoint_url: str) -> bool:
    settings = S3Settings(endpoint_url=endpoint_url)
    try:
        async with open_s3(settings, now=utc_now, new_token=new_token):
            return True
    except WeakStoreError:
        return False


def _of_saves(name: str, counts: Counter[str], rounds: int) -> Iterator[Figure]:
    measured, answers = counts.pop("rounds"), counts.pop("answers")
    yield Figure(name=f"{name}: rounds of 100 saves, one key", measured=measured, at_least=rounds)
    yield Figure(name=f"{name}: answers", measured=answers, at_least=rounds * PARALLEL)
    yield Figure(name=f"{name}: other than one asset", measured=counts.total(), at_most=0)


def _of_promises(name: str, counts: Counter[str]) -> Iterator[Figure]:
    promises = counts["promises"]
    yield Figure(name=f"{name}: promises kept", measured=counts["kept"], at_least=promises)
    twice = counts["at the same time"] + counts["twice"]
    yield Figure(name=f"{name}: promises kept twice", measured=twice, at_most=0)
