"""The locked requirements install with `pip install --require-hashes`."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

FOLDER = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["demo.txt", "dev.txt"])
def test_locked_requirements_pin_extras(name: str) -> None:
    """pip 23.2 refuses `coverage[toml]` where the lock pins plain `coverage`."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    pinned = {
        canonical(pin): {canonical(extra) for extra in extras.split(",") if extra}
        for pin, extras in PIN.findall(text)
    }
    needed: dict[str, set[str]] = {pin: set() for pin in pinned}
    for distribution in map(metadata.distribution, pinned):
        extras = [*pinned[canonical(distribution.name)], ""]
        for requirement in map(Requirement, distribution.requires or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                needed[canonical(requirement.name)] |= set(map(canonical, requirement.extras))
    lacking = {pin: extras - pinned[pin] for pin, extras in needed.items() if extras - pinned[pin]}
    assert lacking == {}
