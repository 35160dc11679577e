"""What the README says is so."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audiolib.domain.use_cases.library.save_command import SaveAudio
from audiolib.entrypoints.cli.save import save_audio
from audiolib.entrypoints.config.declarations import SETTINGS
from audiolib.entrypoints.config.documentation import configuration_document
from audiolib.entrypoints.http.problem_details import STATUS_BY_CODE
from audiolib.entrypoints.http.reference import reference_document
from audiolib.entrypoints.http.request_schema import fields_of
from audiolib.testing import wav

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_configuration_page_is_current() -> None:
    """`make docs` writes it."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == configuration_document()
    assert all(f"| `{setting.name}` |" in page for setting in SETTINGS)
    assert "docs/configuration.md" in README


def test_reference_is_current() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert page == reference_document()
    assert all(f"| `{name}` |" in page for name in fields_of(SaveAudio))
    assert set(STATUS_BY_CODE) <= set(re.findall(r"`([a-z_]+)`", page))


def test_every_field_of_a_save_is_an_option_of_the_command() -> None:
    options = set(inspect.signature(save_audio).parameters) - {"customer", "user"}
    assert {name.replace("tag", "tags") for name in options} == fields_of(SaveAudio)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("open_library", "Audio - My talk 1.0"),
        ("in_memory_library", "Audio - Hello world 0.25 memory://"),
    ],
)
def test_examples_run(tmp_path: Path, word: str, expected: str) -> None:
    (tmp_path / "talk.wav").write_bytes(wav(1))
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (code,) = [
        example for example in examples if f"import {word}" in example or f", {word}" in example
    ]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(expected)


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 9
    assert [link for link in links if not (ROOT / link).exists()] == []
