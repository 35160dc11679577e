"""What deploy/ says is so: known settings, known commands, nothing left open."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from audiolib.entrypoints.cli.main import command_line
from audiolib.entrypoints.config.declarations import SETTINGS

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
    internal = {name for name, net in compose["networks"].items() if net.get("internal")}
    assert internal == {"assets", "speech", "documents", "objects"}
    for name, service in compose["services"].items():
        assert set(service["networks"]) <= internal | ({"edge"} if name in published else set())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("audio-generation-factory", "mongodb"),
        ("audio-generation-factory", "minio"),
        ("gateway", "minio-setup"),
        ("mongodb", "minio"),
    ],
)
def test_services_that_need_not_meet_share_no_network(
    compose: dict[str, Any], one: str, other: str
) -> None:
    networks = [set(compose["services"][name]["networks"]) for name in (one, other)]
    assert not networks[0] & networks[1]


def test_services_have_no_root_credentials(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert not [secret for secret in service["secrets"] if "root" in secret]
        assert not [value for value in service["environment"].values() if "ROOT" in str(value)]
    mongodb = compose["services"]["mongodb"]
    assert "MONGO_INITDB_ROOT_PASSWORD_FILE" in mongodb["environment"]
    assert "--keyFile" in mongodb["command"][0]
    assert 'role: "readWrite", db: "audiolib"' in (DEPLOY / "mongodb-user.js").read_text()


def test_policy_allows_one_bucket(compose: dict[str, Any]) -> None:
    policy = json.loads((DEPLOY / "bucket-policy.json").read_text())
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        assert all(r.startswith("arn:aws:s3:::audio-assets") for r in statement["Resource"])
        assert all("*" not in action for action in statement["Action"])
    assert compose["services"]["asset-service"]["environment"]["S3_CREATE_BUCKET"] == "false"


def test_every_secret_is_written_by_the_readme(compose: dict[str, Any]) -> None:
    readme = (DEPLOY / "README.md").read_text()
    assert [name for name in compose["secrets"] if name not in readme] == []


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
    command_line().parse_args(command, exit_on_error=False, print_error=False)
