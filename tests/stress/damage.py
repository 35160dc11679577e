"""A flipped bit or a deleted object, 100 times on each pair of stores."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.stack import running_stack
from tests.resilience.corruption.rounds import damaged_rounds
from tests.servers import ACCESS_KEY, SECRET_KEY, seaweedfs, secantus
from tests.stores import EMBEDDED, server_environment
from tests.stress.figures import Figure, scaled


def run(scale: float) -> Iterator[Figure]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    rounds = scaled(100, scale)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with seaweedfs(folder) as s3, secantus(folder) as mongo:
            servers = server_environment(s3, mongo, "motor")
            for name, environment in (("embedded", EMBEDDED), ("S3 + MongoDB", servers)):
                counts = asyncio.run(_rounds(environment, folder / name, rounds))
                yield from _figures(name, counts, rounds)


async def _rounds(environment: dict[str, str], folder: Path, rounds: int) -> Counter[str]:
    async with running_stack(environment, folder) as stack:
        return await damaged_rounds(stack, rounds)


def _figures(name: str, counts: Counter[str], rounds: int) -> Iterator[Figure]:
    for what in ("found", "refused"):
        text = {"found": "damages found by the audit", "refused": "damaged reads refused"}[what]
        yield Figure(name=f"{name}: {text}", measured=counts[what], at_least=rounds, at_most=rounds)
    for what in ("wrong", "false alarms"):
        text = {"wrong": "wrong bytes handed on", "false alarms": "false alarms"}[what]
        yield Figure(name=f"{name}: {text}", measured=counts[what], at_least=0, at_most=0)
