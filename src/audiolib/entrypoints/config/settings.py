"""The environment, as one frozen value; nothing else reads it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import attrs

from audiolib.adapters.http.settings import HttpSettings
from audiolib.adapters.jwt.settings import JwtSettings
from audiolib.adapters.mongo.settings import Driver
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.quota import Quota
from audiolib.domain.model.temp_file import AllowedSources
from audiolib.entrypoints.config.declarations import SETTINGS, Setting
from audiolib.entrypoints.config.groups import (
    ConnectionSettings,
    GatewaySettings,
    LoadLimits,
    SpeakingLimits,
    Trust,
)
from audiolib.entrypoints.config.names import warn_of_misspellings, with_current_names
from audiolib.entrypoints.config.parsers import SettingsError

_PASSWORD = re.compile(r"//[^/@]*:[^/]*@")


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that can be configured; times are timedeltas, sizes bytes."""

    sources: AllowedSources
    clean_up: bool
    object_store: Literal["filesystem", "s3"]
    metadata_store: Literal["sqlite", "mongodb"]
    data_dir: Path
    public_url: str
    signing_keys: tuple[str, ...] = attrs.field(repr=False)
    s3: S3Settings
    mongodb_url: str = attrs.field(repr=False)
    mongodb_database: str
    mongodb_driver: Driver
    mongodb_timeout: timedelta
    http: HttpSettings
    max_audio_bytes: int
    url_ttl: timedelta
    save_lease: timedelta
    cleanup_interval: float
    recover_interval: float
    shutdown_timeout: float
    temp_file_ttl: timedelta
    speaking: SpeakingLimits
    load: LoadLimits
    quota: Quota
    connections: ConnectionSettings
    trust: Trust
    gateway: GatewaySettings
    log_level: str
    log_format: str

    @property
    def gateway_connections(self) -> ConnectionSettings:
        """Those of the gateway, to which strangers connect."""
        return attrs.evolve(
            self.connections,
            most_per_peer=self.gateway.connections_per_peer,
            trusted_proxies=self.gateway.trusted_proxies,
        )

    @classmethod
    def from_env(cls, **overrides: str | None) -> "Settings":
        """Return the settings of `.env` and the environment, the latter winning; `overrides`, by
        the names of variables, win over both.

        Raises: SettingsError, which names every fault at once.
        """
        from audiolib.entrypoints.config.environment import read_environment

        return cls.read(read_environment(**overrides))

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises: SettingsError, which names every fault at once."""
        values: dict[str, Any] = {}
        faults: list[str] = []
        environment = with_current_names(environment)
        warn_of_misspellings(environment)
        for setting in SETTINGS:
            try:
                text = _text(setting, environment)
            except SettingsError as unreadable:
                faults += unreadable.faults
                continue
            try:
                values[setting.name] = setting.read(text)
            except ValueError as fault:
                shown = "" if setting.secret else f", not {_PASSWORD.sub('//…@', text)!r}"
                faults.append(f"{setting.name} must be {fault}{shown}")
        if not faults:
            faults += _jwt_errors(values)
        if faults:
            raise SettingsError(faults)
        return _settings(values)


def _text(setting: Setting, environment: Mapping[str, str]) -> str:
    """Return the text; a secret may be in a file that `NAME_FILE` names. Raises: SettingsError."""
    text = environment.get(setting.name, "").strip()
    path = environment.get(f"{setting.name}_FILE", "").strip() if setting.secret else ""
    if path:
        if text:
            raise SettingsError([f"{setting.name} and {setting.name}_FILE must not both be given"])
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as failed:
            fault = f"{setting.name}_FILE must be a readable file, not {path!r}"
            raise SettingsError([fault]) from failed
    return text or setting.default


def _jwt_errors(v: Mapping[str, Any]) -> list[str]:
    if not (v["JWT_SECRET"] or v["JWT_JWKS_URL"]):
        return []
    needed = ("JWT_ISSUER", "JWT_AUDIENCE")
    return [f"{name} must be given, since tokens are taken" for name in needed if not v[name]]


def _settings(v: Mapping[str, Any]) -> Settings:
    return Settings(
        sources=AllowedSources([v["AUDIO_GENERATION_SERVICE_URL"], *v["AUDIO_SOURCE_BASES"]]),
        clean_up=v["CLEANUP_TEMP_AUDIO"],
        object_store=v["OBJECT_STORE"],
        metadata_store=v["METADATA_STORE"],
        data_dir=v["DATA_DIR"],
        public_url=v["PUBLIC_URL"],
        signing_keys=v["SIGNING_KEY"],
        s3=S3Settings(
            endpoint_url=v["S3_ENDPOINT_URL"] or None,
            public_endpoint_url=v["S3_PUBLIC_ENDPOINT_URL"] or None,
            bucket=v["S3_BUCKET"],
            region=v["S3_REGION"],
            create_bucket=v["S3_CREATE_BUCKET"],
            allow_weak_store=v["S3_ALLOW_WEAK_STORE"],
            timeout=v["S3_TIMEOUT"],
        ),
        mongodb_url=v["MONGODB_URL"],
        mongodb_database=v["MONGODB_DATABASE"],
        mongodb_driver=v["MONGODB_DRIVER"],
        mongodb_timeout=timedelta(seconds=v["MONGODB_TIMEOUT"]),
        http=HttpSettings(
            connect_timeout=v["CONNECT_TIMEOUT"],
            first_byte_timeout=v["FIRST_BYTE_TIMEOUT"],
            stall_timeout=v["STALL_TIMEOUT"],
            total_timeout=v["SOURCE_TIMEOUT"],
            least_rate=v["SOURCE_MIN_RATE"],
            networks=v["AUDIO_SOURCE_NETWORKS"],
            token=v["GENERATOR_TOKEN"][0] if v["GENERATOR_TOKEN"] else None,
        ),
        max_audio_bytes=v["MAX_AUDIO_BYTES"],
        url_ttl=timedelta(seconds=v["PRESIGNED_URL_TTL"]),
        save_lease=timedelta(seconds=v["SAVE_LEASE"]),
        cleanup_interval=v["CLEANUP_INTERVAL"],
        recover_interval=v["RECOVER_INTERVAL"],
        shutdown_timeout=v["SHUTDOWN_TIMEOUT"],
        temp_file_ttl=timedelta(seconds=v["TEMP_FILE_TTL"]),
        speaking=SpeakingLimits(
            queue=v["GENERATOR_QUEUE"],
            per_tenant=v["GENERATOR_QUEUE_PER_TENANT"],
            longest_text=v["GENERATOR_MAX_TEXT"],
            longest=v["GENERATOR_TIMEOUT"],
            quota=v["TEMP_QUOTA"],
        ),
        load=LoadLimits(
            saves=v["MAX_SAVES"],
            saves_per_tenant=v["MAX_SAVES_PER_TENANT"],
            save_queue=v["SAVE_QUEUE"],
            save_queue_wait=v["SAVE_QUEUE_WAIT"],
            streams=v["MAX_STREAMS"],
            streams_per_tenant=v["MAX_STREAMS_PER_TENANT"],
            download_min_rate=v["DOWNLOAD_MIN_RATE"],
        ),
        quota=Quota(objects=v["QUOTA_OBJECTS"] or None, size=v["QUOTA_BYTES"] or None),
        connections=ConnectionSettings(
            header_timeout=v["HEADER_TIMEOUT"],
            body_timeout=v["BODY_TIMEOUT"],
            keepalive=v["KEEPALIVE_TIMEOUT"],
            write_timeout=v["WRITE_TIMEOUT"],
            most=v["MAX_CONNECTIONS"],
        ),
        trust=Trust(
            internal_keys=v["INTERNAL_KEY"],
            generator_tokens=v["GENERATOR_TOKEN"],
            everyone=v["ALLOW_UNAUTHENTICATED"],
        ),
        gateway=GatewaySettings(
            asset_service_url=v["ASSET_SERVICE_URL"],
            api_key_secrets=v["API_KEY_SECRET"],
            jwt=JwtSettings(
                secrets=v["JWT_SECRET"],
                jwks_url=v["JWT_JWKS_URL"],
                issuer=v["JWT_ISSUER"],
                audience=v["JWT_AUDIENCE"],
                customer_claim=v["JWT_CUSTOMER_CLAIM"],
                user_claim=v["JWT_USER_CLAIM"],
                scope_claim=v["JWT_SCOPE_CLAIM"],
            ),
            connections_per_peer=v["MAX_CONNECTIONS_PER_PEER"],
            trusted_proxies=v["TRUSTED_PROXIES"],
            read_rate=v["READ_RATE"],
            write_rate=v["WRITE_RATE"],
            upstream_timeout=v["UPSTREAM_TIMEOUT"],
        ),
        log_level=v["LOG_LEVEL"],
        log_format=v["LOG_FORMAT"],
    )
