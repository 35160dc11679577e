"""What the README says is so."""

import re
import subprocess
import sys
from pathlib import Path

from audiolib.entrypoints.config.declarations import SETTINGS
from audiolib.entrypoints.config.documentation import configuration_document

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_configuration_page_is_current() -> None:
    """`make docs` writes it."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == configuration_document()
    assert all(f"| `{setting.name}` |" in page for setting in SETTINGS)
    assert "docs/configuration.md" in README


def test_the_ten_lines_run() -> None:
    code = re.search(r"```python\n(import asyncio\n.*?)```", README, re.DOTALL)
    assert code is not None
    done = subprocess.run(
        [sys.executable, "-c", code[1]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Audio - Hello world 0.25 memory://")
