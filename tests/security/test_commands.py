"""Keys, and where services may listen, from the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audiolib.entrypoints.config.groups import Trust
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.http.server import require_auth_unless_loopback

KEY = "k" * 32
EMBEDDED = {"OBJECT_STORE": "filesystem", "METADATA_STORE": "sqlite"}


def audiolib(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audiolib", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **EMBEDDED, **settings},
        timeout=60,
        check=False,
    )


def test_a_key_from_its_making_to_its_end(tmp_path: Path) -> None:
    whose = ("--customer", "acme", "--user", "ann")
    made = audiolib(tmp_path, "keys", "create", *whose, "--expires", "90d", "--label", "laptop")
    token = made.stdout.strip()
    assert re.fullmatch("alk_[0-9a-f]{16}_[0-9a-f]{64}", token)
    reader = audiolib(tmp_path, "keys", "create", *whose, "--scope", "read").stdout.strip()
    listed = audiolib(tmp_path, "keys", "list", "--json-lines")
    keys = {key["id"]: key for key in map(json.loads, listed.stdout.splitlines())}
    first, second = keys[token.split("_")[1]], keys[reader.split("_")[1]]
    assert (first["tenant"], first["scope"], first["state"]) == ("acme/ann", "write", "active")
    assert (first["label"], first["expires_at"][:2]) == ("laptop", "20")
    assert (second["scope"], second["expires_at"]) == ("read", None)
    assert token.split("_")[2] not in listed.stdout
    everything = b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert token.split("_")[2].encode() not in everything
    revoked = audiolib(tmp_path, "keys", "revoke", first["id"])
    assert (revoked.returncode, revoked.stdout) == (0, f"{first['id']} revoked\n")
    assert f"{first['id']}  revoked" in audiolib(tmp_path, "keys", "list").stdout
    unknown = audiolib(tmp_path, "keys", "revoke", "0" * 16)
    assert (unknown.returncode, unknown.stderr) == (
        1,
        "invalid_request: key_id: must be the id of an API key\n",
    )
    secret = tmp_path / "data" / "api_keys.secret"
    assert secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("span", ["90", "0d", "d", "1y", "1d2h", ""])
def test_a_span_that_is_none_is_refused(tmp_path: Path, span: str) -> None:
    made = audiolib(tmp_path, "keys", "create", "--customer", "a", "--user", "b", "--expires", span)
    assert made.returncode == 1
    assert made.stderr.startswith("invalid_request: expires: must be a time such as 90d")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test", ""])
@pytest.mark.parametrize("needed", ["INTERNAL_KEY", "GENERATOR_TOKEN"])
def test_strangers_are_not_let_in_by_mistake(needed: str, host: str) -> None:
    with pytest.raises(SettingsError) as refused:
        require_auth_unless_loopback(host, Trust(), known_by=needed)
    assert f"{needed} must be given to listen on {host}" in str(refused.value)
    assert "ALLOW_UNAUTHENTICATED=true" in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_this_machine_is_no_stranger(host: str) -> None:
    require_auth_unless_loopback(host, Trust(), known_by="INTERNAL_KEY")


@pytest.mark.parametrize(
    ("service", "needed"), [("serve", "INTERNAL_KEY"), ("generator", "GENERATOR_TOKEN")]
)
def test_the_services_ask(tmp_path: Path, service: str, needed: str) -> None:
    ended = audiolib(tmp_path, service, "--host", "0.0.0.0", "--port", "0")
    assert ended.returncode == 2
    assert f"{needed} must be given to listen on 0.0.0.0" in ended.stderr


@pytest.mark.parametrize(
    ("service", "settings"),
    [
        ("serve", {"INTERNAL_KEY": KEY}),
        ("serve", {"ALLOW_UNAUTHENTICATED": "true"}),
        ("generator", {"GENERATOR_TOKEN": KEY}),
        ("gateway", {}),
    ],
)
def test_told_so_they_listen_everywhere(
    tmp_path: Path, service: str, settings: dict[str, str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "audiolib", service, "--host", "0.0.0.0", "--port", "0"],
        cwd=tmp_path,
        env={**os.environ, **EMBEDDED, **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith("listening on http://0.0.0.0:")
    finally:
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert time.monotonic() - began < 10


def test_recounting_tells_how_many(tmp_path: Path) -> None:
    nowhere = audiolib(tmp_path, "recount", QUOTA_OBJECTS="5")
    assert nowhere.returncode == 2
    assert "DATA_DIR must be the folder of a library, not 'data'" in nowhere.stderr
    assert not (tmp_path / "data").exists()
    audiolib(tmp_path, "keys", "create", "--customer", "a", "--user", "b")
    counted = audiolib(tmp_path, "recount", QUOTA_OBJECTS="5")
    assert (counted.returncode, counted.stdout) == (0, "0 tenants counted\n")
