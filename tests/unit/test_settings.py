"""Settings are read from the environment, and every fault is named at once."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import attrs
import pytest

from audiolib.adapters.http.settings import HttpSettings
from audiolib.adapters.jwt.settings import JwtSettings
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.entrypoints.config.declarations import SETTINGS
from audiolib.entrypoints.config.groups import (
    ConnectionSettings,
    GatewaySettings,
    LoadLimits,
    SpeakingLimits,
    Trust,
)
from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.settings import Settings

DEFAULTS = Settings(
    sources=AllowedSources(["http://audio-generation-factory:3000"]),
    clean_up=True,
    object_store="filesystem",
    metadata_store="sqlite",
    data_dir=Path("data"),
    public_url="",
    signing_keys=(),
    s3=S3Settings(
        endpoint_url=None,
        public_endpoint_url=None,
        bucket="audio-assets",
        region="us-east-1",
        create_bucket=True,
        allow_weak_store=False,
    ),
    mongodb_url="mongodb://localhost:27017",
    mongodb_database="audiolib",
    mongodb_driver="motor",
    mongodb_timeout=timedelta(seconds=5),
    http=HttpSettings(connect_timeout=5, first_byte_timeout=10, stall_timeout=10),
    max_audio_bytes=512 * 1024 * 1024,
    url_ttl=timedelta(minutes=15),
    save_lease=timedelta(minutes=2),
    cleanup_interval=1,
    recover_interval=30,
    shutdown_timeout=25,
    temp_file_ttl=timedelta(days=1),
    speaking=SpeakingLimits(),
    load=LoadLimits(),
    quota=Quota(),
    connections=ConnectionSettings(),
    trust=Trust(),
    gateway=GatewaySettings(),
    log_level="INFO",
    log_format="text",
)
GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "AUDIO_GENERATION_SERVICE_URL": (
        " https://gen.test/a/b// ",
        {"sources": AllowedSources(["https://gen.test/a/b"])},
    ),
    "AUDIO_SOURCE_BASES": (
        "http://b:1/, ,https://[::1]:2",
        {"sources": AllowedSources([*DEFAULTS.sources.bases, "http://b:1", "https://[::1]:2"])},
    ),
    "CLEANUP_TEMP_AUDIO": ("No", {"clean_up": False}),
    "OBJECT_STORE": ("s3", {"object_store": "s3"}),
    "METADATA_STORE": ("mongodb", {"metadata_store": "mongodb"}),
    "DATA_DIR": ("/var/lib/x", {"data_dir": Path("/var/lib/x")}),
    "PUBLIC_URL": ("https://x.test/", {"public_url": "https://x.test"}),
    "SIGNING_KEY": (f"{'k' * 32},{'o' * 32}", {"signing_keys": ("k" * 32, "o" * 32)}),
    "MONGODB_URL": ("mongodb://u:p@h/", {"mongodb_url": "mongodb://u:p@h/"}),
    "MONGODB_DATABASE": ("other", {"mongodb_database": "other"}),
    "MONGODB_DRIVER": ("pymongo", {"mongodb_driver": "pymongo"}),
    "MONGODB_TIMEOUT": ("2.5", {"mongodb_timeout": timedelta(seconds=2.5)}),
    "MAX_AUDIO_BYTES": ("42949672960", {"max_audio_bytes": 40 << 30}),
    "PRESIGNED_URL_TTL": ("604800", {"url_ttl": timedelta(days=7)}),
    "SAVE_LEASE": ("1.5", {"save_lease": timedelta(seconds=1.5)}),
    "CLEANUP_INTERVAL": ("0.01", {"cleanup_interval": 0.01}),
    "RECOVER_INTERVAL": ("3600", {"recover_interval": 3600}),
    "SHUTDOWN_TIMEOUT": ("0", {"shutdown_timeout": 0}),
    "TEMP_FILE_TTL": ("1", {"temp_file_ttl": timedelta(seconds=1)}),
    "LOG_FORMAT": ("json", {"log_format": "json"}),
    "LOG_LEVEL": ("DEBUG", {"log_level": "DEBUG"}),
}
KEY, OLD_KEY = "k" * 32, "o" * 40
PARTS = {
    "S3_ENDPOINT_URL": ("http://s3:1", "s3", {"endpoint_url": "http://s3:1"}),
    "S3_PUBLIC_ENDPOINT_URL": ("http://p:1", "s3", {"public_endpoint_url": "http://p:1"}),
    "S3_BUCKET": ("other", "s3", {"bucket": "other"}),
    "S3_REGION": ("eu-1", "s3", {"region": "eu-1"}),
    "S3_CREATE_BUCKET": ("0", "s3", {"create_bucket": False}),
    "S3_ALLOW_WEAK_STORE": ("yes", "s3", {"allow_weak_store": True}),
    "S3_TIMEOUT": ("7", "s3", {"timeout": 7}),
    "CONNECT_TIMEOUT": ("0.1", "http", {"connect_timeout": 0.1}),
    "FIRST_BYTE_TIMEOUT": ("600", "http", {"first_byte_timeout": 600}),
    "STALL_TIMEOUT": ("2", "http", {"stall_timeout": 2}),
    "SOURCE_TIMEOUT": ("9", "http", {"total_timeout": 9}),
    "SOURCE_MIN_RATE": ("0", "http", {"least_rate": 0}),
    "AUDIO_SOURCE_NETWORKS": (
        "10.0.0.0/8, fd00::/8",
        "http",
        {"networks": (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))},
    ),
    "MAX_SAVES": ("3", "load", {"saves": 3}),
    "MAX_SAVES_PER_TENANT": ("2", "load", {"saves_per_tenant": 2}),
    "SAVE_QUEUE": ("0", "load", {"save_queue": 0}),
    "SAVE_QUEUE_WAIT": ("1.5", "load", {"save_queue_wait": 1.5}),
    "MAX_STREAMS": ("7", "load", {"streams": 7}),
    "MAX_STREAMS_PER_TENANT": ("6", "load", {"streams_per_tenant": 6}),
    "DOWNLOAD_MIN_RATE": ("9", "load", {"download_min_rate": 9}),
    "QUOTA_OBJECTS": ("5", "quota", {"objects": 5}),
    "QUOTA_BYTES": ("6", "quota", {"size": 6}),
    "HEADER_TIMEOUT": ("0.5", "connections", {"header_timeout": 0.5}),
    "BODY_TIMEOUT": ("5", "connections", {"body_timeout": 5}),
    "WRITE_TIMEOUT": ("7", "connections", {"write_timeout": 7}),
    "KEEPALIVE_TIMEOUT": ("7", "connections", {"keepalive": 7}),
    "MAX_CONNECTIONS": ("8", "connections", {"most": 8}),
    "INTERNAL_KEY": (f"{KEY} , {OLD_KEY}", "trust", {"internal_keys": (KEY, OLD_KEY)}),
    "ALLOW_UNAUTHENTICATED": ("true", "trust", {"everyone": True}),
    "ASSET_SERVICE_URL": ("http://a:1/", "gateway", {"asset_service_url": "http://a:1"}),
    "API_KEY_SECRET": ("k" * 32, "gateway", {"api_key_secrets": ("k" * 32,)}),
    "GENERATOR_QUEUE": ("10000", "speaking", {"queue": 10_000}),
    "GENERATOR_QUEUE_PER_TENANT": ("5", "speaking", {"per_tenant": 5}),
    "GENERATOR_MAX_TEXT": ("5", "speaking", {"longest_text": 5}),
    "GENERATOR_TIMEOUT": ("5", "speaking", {"longest": 5}),
    "TEMP_QUOTA": ("5", "speaking", {"quota": 5}),
    "READ_RATE": ("9", "gateway", {"read_rate": 9}),
    "MAX_CONNECTIONS_PER_PEER": ("0", "gateway", {"connections_per_peer": 0}),
    "TRUSTED_PROXIES": (
        "10.0.0.0/8",
        "gateway",
        {"trusted_proxies": (ip_network("10.0.0.0/8"),)},
    ),
    "WRITE_RATE": ("8", "gateway", {"write_rate": 8}),
    "UPSTREAM_TIMEOUT": ("7", "gateway", {"upstream_timeout": 7}),
}
JWT = {
    "JWT_SECRET": (KEY, {"secrets": (KEY,)}),
    "JWT_JWKS_URL": ("https://i.test/keys.json", {"jwks_url": "https://i.test/keys.json"}),
    "JWT_ISSUER": ("https://i.test", {"issuer": "https://i.test"}),
    "JWT_AUDIENCE": ("us", {"audience": "us"}),
    "JWT_CUSTOMER_CLAIM": ("org", {"customer_claim": "org"}),
    "JWT_USER_CLAIM": ("uid", {"user_claim": "uid"}),
    "JWT_SCOPE_CLAIM": ("scp", {"scope_claim": "scp"}),
}
SPREAD = {"GENERATOR_TOKEN"}
URLS = [
    *("gen", "gen:3000", "//gen", "ftp://gen", "http://", "http:///x", "http://user@gen"),
    *("http://gen?x", "http://gen/?x", "http://gen#x", "http://gen/a b", "http://gen\\x"),
    *("HTTP://gen", "http://g\u00e9n", "http://gen/%2e", "http://gen\n.x", "http://" + "a" * 256),
]
SWITCHES = ["maybe", "2", "truee", "on", "\u00bd"]
SECONDS = ["x", "-1", "nan", "inf", "-inf", "1e9", "1,5", "1s"]
BAD = {
    "AUDIO_GENERATION_SERVICE_URL": [*URLS, "http://a,http://b"],
    "AUDIO_SOURCE_BASES": [*URLS, "http://a,b", "http://a;http://b", "http://a http://b"],
    "CLEANUP_TEMP_AUDIO": SWITCHES,
    "OBJECT_STORE": ["S3", "minio", "s3,filesystem"],
    "METADATA_STORE": ["mongo", "SQLite"],
    "S3_CREATE_BUCKET": SWITCHES,
    "S3_ALLOW_WEAK_STORE": SWITCHES,
    "MONGODB_DRIVER": ["Motor", "x"],
    "MAX_AUDIO_BYTES": ["0", "-1", "1.5", "1e6", "512MiB", "\u0661", "1_000", "1099511627777"],
    "PRESIGNED_URL_TTL": ["0", "604801", "900.0", "15m", "+1"],
    "SAVE_LEASE": [*SECONDS, "0.99", "86401"],
    "MONGODB_TIMEOUT": [*SECONDS, "0", "601"],
    "S3_TIMEOUT": [*SECONDS, "0.01", "601"],
    "CONNECT_TIMEOUT": [*SECONDS, "0", "601"],
    "FIRST_BYTE_TIMEOUT": [*SECONDS, "0.09"],
    "STALL_TIMEOUT": [*SECONDS, "0"],
    "CLEANUP_INTERVAL": [*SECONDS, "0", "3601"],
    "RECOVER_INTERVAL": [*SECONDS, "0"],
    "SHUTDOWN_TIMEOUT": [*SECONDS, "3601"],
    "TEMP_FILE_TTL": ["0", "-5", "x", "2147483649"],
    "GENERATOR_QUEUE": ["0", "10001", "x"],
    "SOURCE_TIMEOUT": [*SECONDS, "0"],
    "SOURCE_MIN_RATE": ["-1", "x"],
    "AUDIO_SOURCE_NETWORKS": ["10.0.0.1/8", "10.0.0.0/33", "example.org", "10.0.0.0/8;::1/128"],
    "TEMP_QUOTA": ["0", "1.5"],
    "MAX_SAVES": ["0", "x"],
    "MAX_SAVES_PER_TENANT": ["0", "10001"],
    "SAVE_QUEUE": ["-1"],
    "SAVE_QUEUE_WAIT": [*SECONDS, "61"],
    "MAX_STREAMS": ["0"],
    "MAX_STREAMS_PER_TENANT": ["0"],
    "QUOTA_OBJECTS": ["-1", "many"],
    "QUOTA_BYTES": ["1GB"],
    "HEADER_TIMEOUT": [*SECONDS, "0"],
    "BODY_TIMEOUT": [*SECONDS, "601"],
    "MAX_CONNECTIONS": ["0", "100001"],
    "ALLOW_UNAUTHENTICATED": SWITCHES,
    "ASSET_SERVICE_URL": URLS,
    "READ_RATE": ["0", "0.5"],
    "GENERATOR_QUEUE_PER_TENANT": ["0", "x"],
    "GENERATOR_MAX_TEXT": ["0", "100001"],
    "GENERATOR_TIMEOUT": ["0", "x"],
    "MAX_CONNECTIONS_PER_PEER": ["-1", "x"],
    "TRUSTED_PROXIES": ["localhost", "10.0.0.1/8"],
    "KEEPALIVE_TIMEOUT": ["0", "x"],
    "LOG_FORMAT": ["xml", "JSON"],
    "WRITE_TIMEOUT": ["0", "x"],
    "DOWNLOAD_MIN_RATE": ["0", "x"],
    "WRITE_RATE": ["0", "x"],
    "UPSTREAM_TIMEOUT": [*SECONDS, "0"],
    "LOG_LEVEL": ["info", "TRACE", "10"],
}
SECRETS = ["INTERNAL_KEY", "GENERATOR_TOKEN", "JWT_SECRET"]
FREE = {"DATA_DIR", "PUBLIC_URL", "SIGNING_KEY", "S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL"} | {
    *("S3_BUCKET", "S3_REGION", "MONGODB_URL", "MONGODB_DATABASE", "API_KEY_SECRET"),
    *(name for name in JWT if name != "JWT_SECRET"),
}


def faults(**environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        Settings.read(environment)
    assert str(refused.value) == "\n".join(refused.value.faults)
    return refused.value.faults


@pytest.mark.parametrize("environment", [{}, {"PATH": "/bin"}, {s.name: " " for s in SETTINGS}])
def test_absent_and_empty_variables_take_their_defaults(environment: dict[str, str]) -> None:
    assert Settings.read(environment) == DEFAULTS


@pytest.mark.parametrize(("name", "text", "change"), [(n, *row) for n, row in GIVEN.items()])
def test_a_variable_changes_its_own_setting(name: str, text: str, change: dict[str, Any]) -> None:
    assert Settings.read({name: text}) == attrs.evolve(DEFAULTS, **change)


@pytest.mark.parametrize(("name", "text", "part", "change"), [(n, *r) for n, r in PARTS.items()])
def test_a_variable_changes_its_own_part(
    name: str, text: str, part: str, change: dict[str, Any]
) -> None:
    changed = attrs.evolve(getattr(DEFAULTS, part), **change)
    assert Settings.read({name: text}) == attrs.evolve(DEFAULTS, **{part: changed})


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, row in BAD.items() for text in row])
def test_a_bad_value_is_named_and_shown(name: str, text: str) -> None:
    (fault,) = faults(**{name: text})
    assert re.fullmatch(rf"{name} must be .+, not .+", fault)
    assert fault.endswith(f", not {text!r}")


def test_all_faults_are_named_at_once() -> None:
    named = [fault.split()[0] for fault in faults(**{name: row[0] for name, row in BAD.items()})]
    assert named == [setting.name for setting in SETTINGS if setting.name in BAD]


def test_the_tables_have_every_variable_once() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)
    assert {*GIVEN, *PARTS, *JWT, *SPREAD} == {*BAD, *FREE, *SECRETS} == set(names)


@pytest.mark.parametrize(("name", "text", "change"), [(n, *row) for n, row in JWT.items()])
def test_a_variable_changes_the_tokens_that_are_taken(
    name: str, text: str, change: dict[str, Any]
) -> None:
    given = {"JWT_ISSUER": "i", "JWT_AUDIENCE": "a", name: text}
    jwt = attrs.evolve(JwtSettings(issuer="i", audience="a"), **change)
    assert Settings.read(given) == attrs.evolve(DEFAULTS, gateway=GatewaySettings(jwt=jwt))


@pytest.mark.parametrize("name", ["JWT_SECRET", "JWT_JWKS_URL"])
def test_tokens_need_an_issuer_and_an_audience(name: str) -> None:
    found = faults(**{name: JWT[name][0]})
    assert [fault.split()[0] for fault in found] == ["JWT_ISSUER", "JWT_AUDIENCE"]


def test_the_generators_token_is_asked_for_and_sent() -> None:
    settings = Settings.read({"GENERATOR_TOKEN": f"{KEY},{OLD_KEY}"})
    assert settings.trust.generator_tokens == (KEY, OLD_KEY)
    assert settings.http.token == KEY


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("text", ["short", KEY[1:], f"{KEY},short", f"{KEY},{KEY},{KEY}"])
def test_a_weak_secret_is_refused_and_not_shown(name: str, text: str) -> None:
    (fault,) = faults(**{name: text})
    assert fault == f"{name} must be one or two secrets of at least 32 characters, by comma"


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{KEY}\n")
    assert Settings.read({"INTERNAL_KEY_FILE": str(file)}).trust.internal_keys == (KEY,)
    (both,) = faults(INTERNAL_KEY_FILE=str(file), INTERNAL_KEY=KEY)
    assert both == "INTERNAL_KEY and INTERNAL_KEY_FILE must not both be given"
    (missing,) = faults(SIGNING_KEY_FILE=str(tmp_path / "none"))
    assert missing == f"SIGNING_KEY_FILE must be a readable file, not '{tmp_path / 'none'}'"
    assert Settings.read({"LOG_LEVEL_FILE": str(file)}) == DEFAULTS


def test_secrets_are_never_shown() -> None:
    secrets = {s.name: f"mongodb://u:hunter2-{s.name}@h.test" for s in SETTINGS if s.secret}
    secrets |= {"JWT_ISSUER": "i", "JWT_AUDIENCE": "a"}
    assert {"SIGNING_KEY", "MONGODB_URL"} <= secrets.keys()
    assert "hunter2" not in repr(Settings.read(secrets))
    assert "hunter2" not in "\n".join(faults(**secrets, LOG_LEVEL="x", GENERATOR_QUEUE="x"))


def test_old_names_are_read_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    old = {"SOURCE_LEAST_RATE": "7", "TRUST_EVERYONE_WHO_CAN_CONNECT": "true"}
    read = Settings.read(old)
    assert (read.http.least_rate, read.trust.everyone) == (7, True)
    assert "SOURCE_LEAST_RATE is deprecated: use SOURCE_MIN_RATE" in caplog.messages
    assert Settings.read({**old, "SOURCE_MIN_RATE": "8"}).http.least_rate == 8


@pytest.mark.parametrize(("cleaner", "clean_up"), [("none", False), ("http", True)])
def test_the_former_choice_of_a_cleaner_is_read(
    cleaner: str, clean_up: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert Settings.read({"TEMP_CLEANER": cleaner}).clean_up is clean_up
    assert "TEMP_CLEANER is deprecated" in caplog.text


def test_misspelt_names_are_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    Settings.read({"MAX_SAVS": "3", "PATH": "/bin", "HOME": "/", "LOG_LEVL": "INFO", "S3_KEY": "x"})
    assert caplog.messages == [
        "LOG_LEVL is not a setting: did you mean LOG_LEVEL?",
        "MAX_SAVS is not a setting: did you mean MAX_SAVES?",
    ]
