"""What the README says is so."""

import re
import subprocess
import sys
from pathlib import Path

from audiolib.entrypoints.config.declarations import SETTINGS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table_with_its_default() -> None:
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        assert f"| `{setting.name}` | {default} | {setting.meaning} |" in README


def test_the_ten_lines_run() -> None:
    code = re.search(r"```python\n(import asyncio\n.*?)```", README, re.DOTALL)
    assert code is not None
    done = subprocess.run(
        [sys.executable, "-c", code[1]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Audio - Hello world 0.25 memory://")
