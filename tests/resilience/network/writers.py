"""Clients that save audio as good clients do: again, with the same key, until it is saved."""

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import attrs

from audiolib.testing import wav_header

TENANT = {"x-customer-id": "acme", "x-user-id": "ann"}
MIB = 1024 * 1024
_TRY_AGAIN = frozenset((409, 429, 500, 502, 503, 504))
_ANSWER_WITHIN = aiohttp.ClientTimeout(total=20)


@attrs.define
class Ledger:
    """What the clients know, by temp file: digests; ids of acknowledged assets, and since when."""

    made: dict[str, str] = attrs.field(factory=dict)
    acknowledged: dict[str, str] = attrs.field(factory=dict)
    acknowledged_at: dict[str, float] = attrs.field(factory=dict)
    never_sent: set[str] = attrs.field(factory=set)
    given_up: list[str] = attrs.field(factory=list)
    contradictions: list[str] = attrs.field(factory=list)
    answers: Counter[str] = attrs.field(factory=Counter)

    @property
    def tries(self) -> int:
        return self.answers.total()


@attrs.define(kw_only=True)
class Writers:
    """`large` is the share of multipart audio, `patience` how long each retries, in seconds."""

    addresses: list[str]
    temp: Path
    http: aiohttp.ClientSession
    seed: int
    large: float = 0.15
    patience: float = 90
    ledger: Ledger = attrs.field(factory=Ledger)
    ending: bool = False

    async def write(self, writer: int) -> None:
        rng = random.Random(self.seed * 1000 + writer)
        number = 0
        while not self.ending:
            number += 1
            name = f"audio-{self.seed}-{writer}-{number}.wav"
            await asyncio.to_thread(self._generate, name, rng)
            if rng.random() < 0.05:
                self.ledger.never_sent.add(name)
            else:
                await self._save(name, rng)

    def _generate(self, name: str, rng: random.Random) -> None:
        large = rng.random() < self.large
        size = 2 * rng.randint(3 * MIB, 6 * MIB) if large else 2 * rng.randint(1, 100_000)
        data = wav_header(size) + rng.randbytes(size)
        self.ledger.made[name] = hashlib.sha256(data).hexdigest()
        (self.temp / name).write_bytes(data)

    async def _save(self, name: str, rng: random.Random) -> None:
        deadline = time.monotonic() + self.patience
        wait = 0.05
        status, body = 0, dict[str, Any]()
        while time.monotonic() < deadline:
            status, body = await self._post(name, rng.choice(self.addresses))
            if status in (200, 201):
                self._acknowledge(name, status, body)
                if rng.random() > 0.1:
                    return
            elif status and status not in _TRY_AGAIN:
                self.ledger.contradictions.append(f"{name}: {status} {body}")
                return
            else:
                wait = min(2 * wait, 2.0)
                await asyncio.sleep(wait * rng.random())
        self.ledger.given_up.append(f"{name}: {status} {body}")

    def _acknowledge(self, name: str, status: int, body: dict[str, Any]) -> None:
        self.ledger.acknowledged_at.setdefault(name, time.monotonic())
        known = self.ledger.acknowledged.setdefault(name, body["id"])
        if known != body["id"]:
            self.ledger.contradictions.append(f"{name}: {known} and {body['id']}")
        if body["asset"]["sha256"] != self.ledger.made[name]:
            self.ledger.contradictions.append(f"{name}: {status} with another digest")

    async def _post(self, name: str, address: str) -> tuple[int, dict[str, Any]]:
        fields = {"text": name, "voice": "tone", "audio_url": f"/temp/{name}"}
        headers = {**TENANT, "Idempotency-Key": name.removesuffix(".wav")}
        try:
            async with self.http.post(
                f"{address}/audio-library", json=fields, headers=headers, timeout=_ANSWER_WITHIN
            ) as answer:
                body = await answer.json(content_type=None)
                self.ledger.answers[str(body.get("code", answer.status))] += 1
                return answer.status, body
        except (aiohttp.ClientError, TimeoutError) as failed:
            self.ledger.answers[type(failed).__name__] += 1
            return 0, {}


@asynccontextmanager
async def writing(
    addresses: list[str], temp: Path, *, seed: int, writers: int = 8, large: float = 0.15
) -> AsyncIterator[Writers]:
    """They write until the context is left; then each ends what it has begun."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        all_ = Writers(addresses=addresses, temp=temp, http=http, seed=seed, large=large)
        async with asyncio.TaskGroup() as group:
            for writer in range(writers):
                group.create_task(all_.write(writer))
            try:
                yield all_
            finally:
                all_.ending = True


async def reached(true: Callable[[], bool], *, within: float) -> bool:
    """Await a condition for so many seconds. Returns: whether it came."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True
