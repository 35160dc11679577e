"""An S3 server that accepts and never answers: saves are answered, and their slots are free."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from audiolib.testing import wav
from tests.e2e.stack import Stack, running_stack
from tests.resilience.network.fault import Toxic
from tests.resilience.network.proxy import proxied
from tests.servers import ACCESS_KEY, SECRET_KEY, seaweedfs
from tests.stress.figures import Figure

_TIMEOUT = 30.0
_SAVES = 8


def run(scale: float) -> Iterator[Figure]:
    """Full length is the default timeout; a shorter run has a shorter one, and shorter goals."""
    timeout = max(_TIMEOUT * scale, 1)
    for what, seconds in (("small", 1), ("in parts", 420)):
        answered, codes, freed = asyncio.run(_hang(wav(seconds), timeout))
        longest = min(3 * timeout, 60) + 5
        yield Figure(name=f"{what}: slowest answer", measured=answered, at_most=longest, unit="s")
        yield Figure(name=f"{what}: 503 answers", measured=codes, at_least=_SAVES, at_most=_SAVES)
        yield Figure(name=f"{what}: saved once it answers", measured=freed, at_least=_SAVES)


async def _hang(data: bytes, patience: float) -> tuple[float, int, int]:
    os.environ |= {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with tempfile.TemporaryDirectory() as name, seaweedfs(Path(name)) as server:
        port = urlsplit(server.endpoint_url).port
        assert port is not None
        async with proxied(port) as proxy:
            environment = {
                "OBJECT_STORE": "s3",
                "S3_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}",
                "S3_TIMEOUT": str(patience),
                "MAX_SAVES": str(_SAVES),
                "MAX_SAVES_PER_TENANT": str(_SAVES),
            }
            async with running_stack(environment, Path(name) / "stack") as stack:
                proxy.poison(to_client=Toxic(timeout=10 * patience))
                began = time.monotonic()
                answers = await _save_all(stack, "hung", data)
                answered = time.monotonic() - began
                proxy.poison()
                freed = await _save_all(stack, "well", data)
    return answered, answers.count(503), freed.count(201)


async def _save_all(stack: Stack, name: str, data: bytes) -> list[int]:
    urls = [stack.temp_file(f"{name}{number}.wav", data) for number in range(_SAVES)]
    return [status for status, _, _ in await asyncio.gather(*map(stack.save, urls))]
