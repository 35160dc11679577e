"""mutmut over the code that decides what is kept and what is removed: how much of it tests notice.

Survivors are printed, with the reason where there is one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import attrs

from tests.servers import ACCESS_KEY, SECRET_KEY, seaweedfs, secantus
from tests.stress.figures import Figure
from tests.stress.surviving_mutants import reason_for

ROOT = Path(__file__).parents[2]
_GOAL = 90.0
_COPIED = ("src", "tests", "docs", "deploy", "requirements", "README.md", "SECURITY.md")
_COUNTS = re.compile(r"(\d+)/(\d+)  🎉 (\d+) 🫥 (\d+)  ⏰ (\d+)")
_OUTCOMES = re.compile(r"^\s*(\S+): (survived|no tests|suspicious)$", re.MULTILINE)
_UNSUITED = (
    *("tests/unit/test_imports.py", "tests/unit/test_deploy.py", "tests/unit/test_readme.py"),
    *("tests/contract/test_weak_stores.py", "tests/contract/test_speech_synthesizer.py"),
)
"""They look at the tree itself, or at what is not mutated here."""


@attrs.frozen(kw_only=True)
class Target:
    """A package, and the tests that are to notice what is changed in it."""

    package: str
    tests: tuple[str, ...]
    chosen: str = ""


TARGETS = {
    "use cases": Target(package="domain/use_cases", tests=("tests/unit",)),
    "SQLite": Target(
        package="adapters/sqlite",
        tests=("tests/contract", "tests/integration/test_sqlite.py"),
        chosen="sqlite",
    ),
    "filesystem": Target(
        package="adapters/filesystem",
        tests=(
            "tests/contract",
            "tests/integration/test_filesystem_store.py",
            "tests/integration/test_temp_files.py",
            "tests/unit/test_readiness.py",
        ),
        chosen="ilesystem or temp_files or readiness",
    ),
    "MongoDB": Target(
        package="adapters/mongo",
        tests=(
            "tests/contract",
            "tests/integration/test_mongo.py",
            "tests/integration/test_mongo_clock.py",
            "tests/integration/test_mongo_concerns.py",
            "tests/integration/test_mongo_indexes.py",
        ),
        chosen="mongo",
    ),
    "S3": Target(
        package="adapters/s3",
        tests=(
            "tests/contract/test_object_store.py",
            "tests/integration/test_s3_leftovers.py",
            "tests/integration/test_s3_probe.py",
            "tests/resilience/faults/test_s3_answers.py",
        ),
        chosen="S3 or s3",
    ),
}


def run(scale: float) -> Iterator[Figure]:
    """A shorter run looks at the use cases alone."""
    for name, target in TARGETS.items():
        if scale < 1 and name != "use cases":
            continue
        noticed, equal, count = mutate(target)
        yield Figure(name=f"{name}: mutants", measured=count, at_least=1)
        yield Figure(name=f"{name}: equal to the code", measured=equal, at_least=0)
        share = 100 * noticed / (count - equal)
        yield Figure(name=f"{name}: others noticed", measured=share, at_least=_GOAL, unit="%")


def mutate(target: Target) -> tuple[int, int, int]:
    """Returns: mutants that a test noticed, those that behave as the code does, and all of them."""
    folder = Path(tempfile.mkdtemp(prefix="audiolib-mutants-"))
    print(f"mutants of {target.package} in {folder}", file=sys.stderr)
    for name in _COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)  # type: ignore[operator]
    tests = ", ".join(f'"{each}"' for each in target.tests)
    copied = ", ".join(f'"{each}"' for each in _COPIED)
    (folder / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text()
        + f'\n[tool.mutmut]\npaths_to_mutate = ["src/audiolib/{target.package}"]\n'
        + f"tests_dir = [{tests}]\nalso_copy = [{copied}]\n"
    )
    options = ["-p no:schemathesis", *(f"--ignore={each}" for each in _UNSUITED)]
    options += [f"-k '{target.chosen}'"] if target.chosen else []
    with ExitStack() as servers:
        environment = {
            **os.environ,
            "PYTEST_ADDOPTS": " ".join(options),
            # One for all: each mutant is tried in a process of its own.
            "AUDIOLIB_TEST_S3_ENDPOINT": servers.enter_context(seaweedfs(folder)).endpoint_url,
            "AUDIOLIB_TEST_MONGODB_URL": servers.enter_context(secantus(folder)).url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }
        said = subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", "2"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    found = _COUNTS.findall(said)
    if not found:
        raise RuntimeError(f"mutmut could not begin: {said[-2000:]}")
    _, count, killed, _, timeouts = map(int, found[-1])
    return killed + timeouts, _explain(folder), count


def _explain(folder: Path) -> int:
    """Print each survivor. Returns: how many have a reason."""

    def ask(*question: str) -> str:
        command = [sys.executable, "-m", "mutmut", *question]
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True
        ).stdout

    explained = 0
    for name, outcome in _OUTCOMES.findall(ask("results")):
        diff = ask("show", name)
        reason = reason_for(diff)
        explained += reason is not None
        print(f"{name}: {outcome}: {reason or diff}", file=sys.stderr)
    return explained
