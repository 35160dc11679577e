"""The core needs attrs and the standard library, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

import audiolib

SOURCE = Path(audiolib.__file__).parent
HEAVY = ("aiohttp", "aiobotocore", "motor", "pymongo", "dependency_injector")

ALONE = """
import sys

ALLOWED = sys.stdlib_module_names | {"audiolib", "attr", "attrs"}


class Refuse:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ImportError(f"{name} is third-party")
        return None


def forget(*kept):
    for name in [*sys.modules]:
        if name.partition(".")[0] not in kept:
            del sys.modules[name]


forget("__main__", *sys.stdlib_module_names)
sys.meta_path.insert(0, Refuse)
for module in sys.argv[1:]:
    forget("__main__", "attr", "attrs", *sys.stdlib_module_names)
    try:
        __import__(module)
    except ImportError as refused:
        print(f"{module}: {refused}")
"""


def modules(package: str, *, but: str = "\0") -> list[str]:
    folder = SOURCE.joinpath(*package.split(".")[1:])
    paths = [path.relative_to(SOURCE.parent) for path in sorted(folder.rglob("*.py"))]
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if not name.startswith(but)]


def fresh(code: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("package", "count"),
    [
        ("audiolib.domain", 25),
        ("audiolib.ports", 8),
        ("audiolib.adapters.memory", 10),
        ("audiolib.testing", 6),
    ],
)
def test_every_module_imports_where_attrs_is_all_there_is(package: str, count: int) -> None:
    names = modules(package, but="audiolib.testing.contracts")
    assert len(names) >= count
    assert fresh(ALONE, *names) == []


@pytest.mark.parametrize(
    "module", ["audiolib.adapters.http.session", "audiolib.entrypoints.http.problem_details"]
)
def test_the_block_would_be_felt(module: str) -> None:
    (refusal,) = fresh(ALONE, module)
    assert refusal.endswith("is third-party")


def test_the_package_itself_and_group_commit_import_alone() -> None:
    assert fresh(ALONE, "audiolib", "audiolib.adapters.shared.group_commit") == []


def test_importing_the_package_imports_nothing_heavy() -> None:
    seen = fresh("import audiolib, sys; audiolib.SaveAudio; print(*sys.modules, sep='\\n')")
    assert "audiolib.domain.use_cases.library.save_command" in seen
    assert {name.partition(".")[0] for name in seen} & {*HEAVY} == set()


def test_the_package_exports_all_that_it_names() -> None:
    assert [name for name in audiolib.__all__ if not hasattr(audiolib, name)] == []
    assert sorted(audiolib.__all__) == sorted(set(audiolib.__all__))


ERRORS = "domain.model.errors"


def test_bare_import_imports_the_errors_alone() -> None:
    seen = fresh("import audiolib, sys; print(*sys.modules, sep='\\n')")
    found = [name for name in seen if name.startswith("audiolib.")]
    assert found == [f"audiolib.{name}" for name in ("domain", "domain.model", ERRORS)]


def test_help_imports_no_command() -> None:
    code = "import sys; sys.argv[1:] = ['--help']\nfrom audiolib.entrypoints.cli.main import main"
    code += "\ntry:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules, sep='\\n')"
    seen = set(fresh(code))
    commands = {name for name in seen if name.startswith("audiolib.entrypoints.cli.")}
    assert commands == {"audiolib.entrypoints.cli.main"}
    assert not seen & {*HEAVY}
