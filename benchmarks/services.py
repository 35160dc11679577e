"""The processes that a benchmark measures and needs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers import ACCESS_KEY, SECRET_KEY, seaweedfs, secantus


@contextmanager
def service(
    *command: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service of ours. Gives: its process and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **(environment or {}), "LOG_LEVEL": "WARNING"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        yield process, process.stderr.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def stores(folder: Path, kind: str) -> Iterator[dict[str, str]]:
    """The settings of a pair of stores, whose servers run meanwhile."""
    if kind == "embedded":
        yield {"DATA_DIR": str(folder / "data")}
        return
    with seaweedfs(folder) as s3, secantus(folder) as mongo:
        yield {
            "OBJECT_STORE": "s3",
            "METADATA_STORE": "mongodb",
            "S3_ENDPOINT_URL": s3.endpoint_url,
            "MONGODB_URL": mongo.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }
