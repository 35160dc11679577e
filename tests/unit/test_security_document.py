"""What SECURITY.md refers to exists."""

import re
from pathlib import Path

from audiolib.entrypoints.config.declarations import SETTINGS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_named_test_exists() -> None:
    named = set(re.findall(r"tests/[a-z_/]+\.py", TEXT))
    assert len(named) >= 15
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_named_setting_exists() -> None:
    known = {setting.name for setting in SETTINGS}
    known |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[a-z]+)?`", TEXT))
    assert named <= known
    assert {setting.name for setting in SETTINGS if setting.secret} - named == {"MONGODB_URL"}
