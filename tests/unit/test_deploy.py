"""What deploy/ says is so: known settings, known commands, nothing left open."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from audiolib.entrypoints.cli.main import command_line
from audiolib.entrypoints.setting_table import SETTINGS

DEPLOY = Path(__file__).parents[2] / "deploy"
KNOWN = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret}
AWS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
OURS = ("gateway", "asset-service", "audio-generation-factory")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_known_settings_and_no_rights(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert set(service["environment"]) <= KNOWN | AWS
    assert service["read_only"] is True
    assert service["user"] == "65532:65532"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    given = {name.lower() for name in service["environment"] if name.endswith("_FILE")}
    assert {f"{secret}_file" for secret in service["secrets"]} == given
    assert set(service["secrets"]) <= set(compose["secrets"])
    _parses(service["command"])


def test_only_the_gateway_and_the_store_can_be_reached(compose: dict[str, Any]) -> None:
    published = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert set(published) == {"gateway", "minio"}
    assert all(port.startswith("127.0.0.1:") for port in published["minio"])
    assert compose["networks"]["inside"]["internal"] is True
    for name in ("asset-service", "audio-generation-factory", "mongodb"):
        assert compose["services"][name]["networks"] == ["inside"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_run_known_commands(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    (start,) = (line.partition("=")[2] for line in lines if line.startswith("ExecStart="))
    program, *command = start.split()
    assert program == "/opt/audiolib/bin/audiolib"
    _parses(command)
    for line in ("User=audiolib", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in lines


def test_the_settings_file_has_known_names() -> None:
    lines = (DEPLOY / "audiolib.env").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= KNOWN
    assert len(UNITS) == 4


def _parses(command: list[str]) -> None:
    """Raises unless the command line has such a command with such options."""
    command_line(command[0]).parse_args(command, exit_on_error=False, print_error=False)
