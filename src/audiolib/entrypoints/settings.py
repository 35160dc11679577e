"""The environment, as one frozen value; nothing else reads it."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import attrs

from audiolib.adapters.http import HttpSettings
from audiolib.adapters.mongo import Driver
from audiolib.adapters.s3 import S3Settings
from audiolib.domain.model.source import SourceBases
from audiolib.entrypoints.setting_values import (
    SettingsError,
    a_base_url,
    a_base_url_or_none,
    a_bool,
    a_choice,
    a_number,
    a_path,
    a_string,
    base_urls,
    whole,
)

MIB = 1024 * 1024
_PASSWORD = re.compile(r"//[^/@]*:[^/]*@")


@attrs.frozen
class Setting:
    """A variable's name, how its text is read, its default as text, and what it means."""

    name: str
    read: Callable[[str], Any]
    default: str
    meaning: str
    secret: bool = False


SETTINGS = (
    Setting(
        "AUDIO_GENERATION_SERVICE_URL",
        a_base_url,
        "http://audio-generation-factory:3000",
        "the generator; an `audio_url` of `/temp/NAME` is fetched there",
    ),
    Setting("AUDIO_SOURCE_BASES", base_urls, "", "further generators allowed, by comma"),
    Setting("CLEANUP_TEMP_AUDIO", a_bool, "true", "delete temp files once they are saved"),
    Setting(
        "TEMP_CLEANER",
        a_choice("http", "none"),
        "http",
        "`none` for a generator without a cleanup endpoint",
    ),
    Setting("OBJECT_STORE", a_choice("filesystem", "s3"), "filesystem", "where audio lies"),
    Setting("METADATA_STORE", a_choice("sqlite", "mongodb"), "sqlite", "where documents lie"),
    Setting("DATA_DIR", a_path, "data", "the folder of the embedded stores"),
    Setting(
        "PUBLIC_URL", a_base_url_or_none, "", "the origin in links to embedded audio; ours if empty"
    ),
    Setting("SIGNING_KEY", a_string, "", "signs those links; made in DATA_DIR if empty", True),
    Setting("S3_ENDPOINT_URL", a_base_url_or_none, "", "the S3 server; AWS if empty"),
    Setting(
        "S3_PUBLIC_ENDPOINT_URL",
        a_base_url_or_none,
        "",
        "the host that presigned URLs name, if another",
    ),
    Setting("S3_BUCKET", a_string, "audio-assets", "the bucket; also the embedded store's name"),
    Setting("S3_REGION", a_string, "us-east-1", "its region"),
    Setting("S3_CREATE_BUCKET", a_bool, "true", "create the bucket when it is missing"),
    Setting("S3_ALLOW_WEAK_STORE", a_bool, "false", "take a store that fails the probe at start"),
    Setting(
        "MONGODB_URL",
        a_string,
        "mongodb://localhost:27017",
        "the MongoDB server or replica set",
        True,
    ),
    Setting("MONGODB_DATABASE", a_string, "audiolib", "its database"),
    Setting(
        "MONGODB_DRIVER",
        a_choice("motor", "pymongo"),
        "motor",
        "Motor, or PyMongo's own asynchronous client",
    ),
    Setting("MONGODB_TIMEOUT", a_number(0.1, 600), "5", "of a call, retries included, in seconds"),
    Setting("S3_TIMEOUT", a_number(0.1, 600), "30", "between two reads or writes, in seconds"),
    Setting(
        "MAX_AUDIO_BYTES", whole(1, 40 * 1024 * MIB), str(512 * MIB), "the largest audio, in bytes"
    ),
    Setting("PRESIGNED_URL_TTL", whole(1, 604_800), "900", "how long links last, in seconds"),
    Setting("SAVE_LEASE", a_number(1, 86_400), "120", "how long a silent save lives, in seconds"),
    Setting("CONNECT_TIMEOUT", a_number(0.1, 600), "5", "to the generator, in seconds"),
    Setting("FIRST_BYTE_TIMEOUT", a_number(0.1, 600), "10", "of its answer, in seconds"),
    Setting("STALL_TIMEOUT", a_number(0.1, 600), "10", "between two reads, in seconds"),
    Setting("CLEANUP_INTERVAL", a_number(0.01, 3600), "1", "between rounds of the outbox worker"),
    Setting("RECOVER_INTERVAL", a_number(0.01, 3600), "30", "between rounds of the recoverer"),
    Setting("SHUTDOWN_TIMEOUT", a_number(0, 3600), "25", "for running saves to finish at the end"),
    Setting("TEMP_FILE_TTL", whole(1, 1 << 31), "86400", "generator: unsaved files live, seconds"),
    Setting("GENERATOR_QUEUE", whole(1, 10_000), "16", "generator: most requests that may wait"),
    Setting("LOG_LEVEL", a_choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "what is logged"),
)


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that can be configured; times are timedeltas, sizes bytes."""

    sources: SourceBases
    clean_up: bool
    temp_cleaner: Literal["http", "none"]
    object_store: Literal["filesystem", "s3"]
    metadata_store: Literal["sqlite", "mongodb"]
    data_dir: Path
    public_url: str
    signing_key: str = attrs.field(repr=False)
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
    generator_queue: int
    log_level: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises: SettingsError, which names every fault at once."""
        values: dict[str, Any] = {}
        faults = []
        for setting in SETTINGS:
            text = environment.get(setting.name, "").strip() or setting.default
            try:
                values[setting.name] = setting.read(text)
            except ValueError as fault:
                shown = "" if setting.secret else f", not {_PASSWORD.sub('//…@', text)!r}"
                faults.append(f"{setting.name} must be {fault}{shown}")
        if faults:
            raise SettingsError(faults)
        return _settings(values)


def _settings(v: Mapping[str, Any]) -> Settings:
    return Settings(
        sources=SourceBases([v["AUDIO_GENERATION_SERVICE_URL"], *v["AUDIO_SOURCE_BASES"]]),
        clean_up=v["CLEANUP_TEMP_AUDIO"],
        temp_cleaner=v["TEMP_CLEANER"],
        object_store=v["OBJECT_STORE"],
        metadata_store=v["METADATA_STORE"],
        data_dir=v["DATA_DIR"],
        public_url=v["PUBLIC_URL"],
        signing_key=v["SIGNING_KEY"],
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
        ),
        max_audio_bytes=v["MAX_AUDIO_BYTES"],
        url_ttl=timedelta(seconds=v["PRESIGNED_URL_TTL"]),
        save_lease=timedelta(seconds=v["SAVE_LEASE"]),
        cleanup_interval=v["CLEANUP_INTERVAL"],
        recover_interval=v["RECOVER_INTERVAL"],
        shutdown_timeout=v["SHUTDOWN_TIMEOUT"],
        temp_file_ttl=timedelta(seconds=v["TEMP_FILE_TTL"]),
        generator_queue=v["GENERATOR_QUEUE"],
        log_level=v["LOG_LEVEL"],
    )
