"""Many at once for one thing: saves under one key, puts of one object, claims of one promise."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import attrs
from dependency_injector import providers

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import IdempotencyInProgressError, ObjectExistsError
from audiolib.domain.model.temp_file import TempFile
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavedAudio
from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.bootstrap.library_container import Container, build_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.config.settings import Settings
from audiolib.ports.object_store import ObjectStore
from audiolib.ports.temp_cleaner import TempCleaner
from audiolib.testing.contracts.samples import (
    content,
    new_key,
    payload,
    pending,
    pieces,
    ready_from,
)
from tests.resilience.crash.disk import SIZES, TENANT, FolderCleaner, FolderSource, command, sound


@asynccontextmanager
async def processes(
    environment: Mapping[str, str], folder: Path, count: int, *, over_http: bool = False
) -> AsyncIterator[list[Container]]:
    """As many processes have it: each its own connections to the same stores.

    Temp files lie in `folder`/temp, or `over_http` at the generator that the settings name.
    """
    temp = folder / "temp"
    temp.mkdir(parents=True, exist_ok=True)
    settings = Settings.read({"DATA_DIR": str(folder / "data"), **environment})
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            container = build_container(settings)
            if not over_http:
                container.source.override(providers.Object(FolderSource(temp)))
                container.cleaner.override(providers.Object(FolderCleaner(temp)))
            await stack.enter_async_context(open_resources(container))
            opened.append(container)
        yield opened


async def saves_under_one_key(
    containers: Sequence[Container], folder: Path, *, rounds: int, parallel: int
) -> Counter[str]:
    """Counts `rounds`, `answers`, and whatever is not exactly one asset a round."""
    saves = [(await resolve(container.library())).save_audio for container in containers]
    store = await resolve(containers[0].store())
    inventory = await resolve(containers[0].inventory())
    counts = Counter[str]()
    for number in range(rounds):
        name = f"race{number}"
        (folder / "temp" / f"{name}.wav").write_bytes(sound(SIZES["1 B"]))
        counts += await one_round(saves, command(name), parallel)
    objects = [found.key async for found in store.list_objects(f"{TENANT}/")]
    documents = await inventory.assets(TENANT, after="", limit=10 * rounds + 10)
    counts["objects too many"] = len(objects) - rounds
    counts["documents too many"] = len(documents) - rounds
    return +counts


async def one_round(
    saves: Sequence[SaveAudioToLibrary], request: SaveAudio, parallel: int
) -> Counter[str]:
    answers = await asyncio.gather(
        *(attempt(saves[n % len(saves)], request) for n in range(parallel))
    )
    again = await attempt(saves[0], request)
    return Counter(rounds=1, answers=parallel) + wrong_answers([*answers, again])


def wrong_answers(answers: Sequence[SavedAudio | None]) -> Counter[str]:
    """What is not one asset and one fresh answer; the last was asked for when all was over."""
    told = [answer for answer in answers if answer is not None]
    return +Counter(
        {
            "not one asset": len({answer.asset.id for answer in told}) != 1,
            "not one fresh answer": [answer.replayed for answer in told].count(False) != 1,
            "no replay": answers[-1] is None or not answers[-1].replayed,
        }
    )


async def attempt(save: SaveAudioToLibrary, request: SaveAudio) -> SavedAudio | None:
    """None where another is at it still."""
    try:
        return await save(request)
    except IdempotencyInProgressError:
        return None


async def puts_of_one_key(
    stores: Sequence[ObjectStore], *, rounds: int, racers: int, size: int
) -> Counter[str]:
    """Counts `rounds`, and those without exactly one winner whose bytes stay."""
    counts = Counter[str]()
    for number in range(rounds):
        key = new_key()
        bodies = [payload(size + n, f"{number} {n}") for n in range(racers)]

        async def race(n: int, key: object = key, bodies: list[bytes] = bodies) -> bool:
            body = content(*pieces(bodies[n], 1_000_003))
            try:
                await stores[n % len(stores)].put(
                    key,  # type: ignore[arg-type]
                    body,
                    content_type="audio/wav",
                    attributes=attributes_of(n),
                )
            except ObjectExistsError:
                return False
            return True

        won = await asyncio.gather(*(race(n) for n in range(racers)))
        counts["rounds"] += 1
        counts["not one winner"] += won.count(True) != 1
        async with stores[0].open(key) as opened:
            stays = b"".join([chunk async for chunk in opened.chunks])
        winner = won.index(True)
        counts["other bytes stay"] += stays != bodies[winner]
        described = await stores[0].head(key)
        counts["other attributes stay"] += described.attributes != attributes_of(winner)
        await stores[0].delete(key)
    counts["unfinished"] = len(await stores[0].list_uploads())
    return +counts


def attributes_of(racer: int) -> dict[str, str]:
    return {"racer": str(racer)}


@attrs.define
class OneAtATime(TempCleaner):
    """Notices a temp file that two are at, or that is deleted twice."""

    at_work: set[TempFile] = attrs.field(factory=set)
    deleted: Counter[TempFile] = attrs.field(factory=Counter)
    overlaps: int = 0

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        self.overlaps += temp_file in self.at_work
        self.at_work.add(temp_file)
        await asyncio.sleep(0)
        self.at_work.discard(temp_file)
        self.deleted[temp_file] += 1


async def promises_drained(containers: Sequence[Container], count: int) -> Counter[str]:
    """Workers drain an outbox, one of them dying with its hands full."""
    repo = await resolve(containers[0].repo())
    now = utc_now()
    assets = [_promising(ready_from(pending())) for _ in range(count)]
    for start in range(0, count, 100):
        some = assets[start : start + 100]
        await asyncio.gather(*(repo.insert(asset.tenant, asset) for asset in some))
    cleaner = OneAtATime()
    workers = [
        attrs.evolve((await resolve(container.library())).clean_up, cleaner=cleaner)
        for container in containers
    ]
    dead = await workers[0].outbox.claim(now=now, lease_until=now + timedelta(minutes=2), limit=32)
    await asyncio.gather(*(_drain(worker) for worker in workers))
    left = count - len(cleaner.deleted)
    later = [attrs.evolve(w, now=lambda: utc_now() + timedelta(minutes=3)) for w in workers]
    await asyncio.gather(*(_drain(worker) for worker in later))
    inventory = await resolve(containers[0].inventory())
    done = await inventory.with_cleanup(CleanupState.DONE, after="", limit=count + 1)
    return +Counter(
        {
            "promises": count,
            "held by the dead one": len(dead),
            "waited for its lease": left,
            "kept": len(done),
            "at the same time": cleaner.overlaps,
            "twice": sum(times > 1 for times in cleaner.deleted.values()),
        }
    )


def _promising(asset: AudioAsset) -> AudioAsset:
    since = utc_now() - timedelta(seconds=1)
    cleanup = attrs.evolve(asset.cleanup, since=since, next_attempt_at=since)
    return attrs.evolve(asset, cleanup=cleanup)


async def _drain(clean_up: CleanUpTempFiles) -> None:
    while await clean_up():
        pass
