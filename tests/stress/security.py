"""The tables of hostile inputs, the tenants' matrix, and many more requests from the documents."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.security.framing_differential import search
from tests.security.hostile_framing import ROWS
from tests.security.hostile_headers import DIRECT, GATEWAY
from tests.security.hostile_names import NAMES
from tests.security.hostile_tokens import BAD, GOOD, WITHOUT_SCOPE
from tests.security.hostile_urls import URLS
from tests.stress.figures import Figure, scaled

_COUNTED = re.compile(r"(\d+) generated, (\d+) passed")


def run(scale: float) -> Iterator[Figure]:
    yield Figure(name="hostile URLs", measured=len(URLS), at_least=80)
    yield Figure(name="hostile file names", measured=len(NAMES), at_least=60)
    yield Figure(name="tricks with headers", measured=len(DIRECT) + len(GATEWAY), at_least=60)
    yield Figure(name="ways to disagree about a request's end", measured=len(ROWS), at_least=80)
    requests = scaled(400_000, scale)
    yield Figure(name="random requests read twice", measured=requests, at_least=requests)
    yield Figure(name="read differently", measured=len(search(0, requests)), at_most=0)
    tokens = len(GOOD) + len(BAD) + len(WITHOUT_SCOPE)
    yield Figure(name="tokens", measured=tokens, at_least=40)
    examples = scaled(300, scale)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "tests/security"],
        env={
            **os.environ,
            "AUDIOLIB_TEST_SCHEMATHESIS_EXAMPLES": str(examples),
            "AUDIOLIB_TEST_SCHEMATHESIS_SHOWN": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.stderr.write(ended.stdout[-8000:])
    counts = [tuple(map(int, found)) for found in _COUNTED.findall(ended.stdout)]
    generated = sum(made for made, _ in counts)
    yield Figure(name="services held against their documents", measured=len(counts), at_least=3)
    yield Figure(name="requests made from them", measured=generated, at_least=3 * examples)
    surprises = generated - sum(passed for _, passed in counts)
    yield Figure(name="surprising answers", measured=surprises, at_most=0)
    yield Figure(name="security tests failed", measured=int(ended.returncode != 0), at_most=0)
