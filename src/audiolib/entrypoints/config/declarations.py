"""Every setting, declared once: its name, how its text is read, its default and its meaning.

`docs/configuration.md` is generated from this table.
"""

from collections.abc import Callable
from typing import Any

import attrs

from audiolib.entrypoints.config.parsers import (
    parse_base_url,
    parse_base_urls,
    parse_bool,
    parse_choice,
    parse_int,
    parse_networks,
    parse_number,
    parse_optional_base_url,
    parse_path,
    parse_secrets,
    parse_string,
)

_MIB = 1024 * 1024


@attrs.frozen
class Setting:
    """A variable of the environment; `old_name` is read too, with a warning."""

    name: str
    read: Callable[[str], Any]
    default: str
    meaning: str
    secret: bool = False
    old_name: str = ""


_seconds, _long_seconds = parse_number(0.1, 600), parse_number(1, 86_400)
_count, _large_count = parse_int(1, 10_000), parse_int(1, 100_000)

GROUPS: dict[str, tuple[Setting, ...]] = {
    "Generators": (
        Setting(
            "AUDIO_GENERATION_SERVICE_URL",
            parse_base_url,
            "http://audio-generation-factory:3000",
            "base URL of the generator; an `audio_url` of `/temp/NAME` is fetched there",
        ),
        Setting(
            "AUDIO_SOURCE_BASES",
            parse_base_urls,
            "",
            "base URLs of further generators, comma-separated",
        ),
        Setting(
            "AUDIO_SOURCE_NETWORKS",
            parse_networks,
            "",
            "networks of generators, such as `10.0.0.0/8`, comma-separated; any if empty",
        ),
        Setting(
            "CLEANUP_TEMP_AUDIO",
            parse_bool,
            "true",
            "delete temp files after they were saved; `false` for a generator without a cleanup"
            " endpoint",
        ),
        Setting("CONNECT_TIMEOUT", _seconds, "5", "seconds to connect to a generator"),
        Setting("FIRST_BYTE_TIMEOUT", _seconds, "10", "seconds until a generator's first byte"),
        Setting("STALL_TIMEOUT", _seconds, "10", "seconds between two reads from a generator"),
        Setting(
            "SOURCE_TIMEOUT", _long_seconds, "300", "seconds of waiting for one temp file in all"
        ),
        Setting(
            "SOURCE_MIN_RATE",
            parse_int(0, 1 << 30),
            "65536",
            "bytes per second a generator must send, after ten seconds",
            old_name="SOURCE_LEAST_RATE",
        ),
    ),
    "Stores": (
        Setting(
            "OBJECT_STORE",
            parse_choice("filesystem", "s3"),
            "filesystem",
            "object store: `filesystem` or `s3`",
        ),
        Setting(
            "METADATA_STORE",
            parse_choice("sqlite", "mongodb"),
            "sqlite",
            "metadata store: `sqlite` or `mongodb`",
        ),
        Setting("DATA_DIR", parse_path, "data", "directory of the embedded stores"),
        Setting(
            "PUBLIC_URL",
            parse_optional_base_url,
            "",
            "origin of links to embedded audio; the service's own if empty",
        ),
        Setting(
            "SIGNING_KEY",
            parse_secrets,
            "",
            "signs links to embedded audio; made in `DATA_DIR` if empty; two during rotation",
            secret=True,
        ),
        Setting("S3_ENDPOINT_URL", parse_optional_base_url, "", "S3 server; AWS if empty"),
        Setting(
            "S3_PUBLIC_ENDPOINT_URL",
            parse_optional_base_url,
            "",
            "host in presigned URLs, if it differs from `S3_ENDPOINT_URL`",
        ),
        Setting(
            "S3_BUCKET", parse_string, "audio-assets", "bucket; also the embedded store's name"
        ),
        Setting("S3_REGION", parse_string, "us-east-1", "region of the bucket"),
        Setting("S3_CREATE_BUCKET", parse_bool, "true", "create the bucket if it is missing"),
        Setting(
            "S3_ALLOW_WEAK_STORE",
            parse_bool,
            "false",
            "accept a store that fails the checks at start",
        ),
        Setting("S3_TIMEOUT", _seconds, "30", "seconds between two reads from or writes to S3"),
        Setting(
            "MONGODB_URL",
            parse_string,
            "mongodb://localhost:27017",
            "MongoDB server or replica set",
            secret=True,
        ),
        Setting("MONGODB_DATABASE", parse_string, "audiolib", "MongoDB database"),
        Setting(
            "MONGODB_DRIVER",
            parse_choice("motor", "pymongo"),
            "motor",
            "driver: Motor, or PyMongo's own asynchronous client",
        ),
        Setting("MONGODB_TIMEOUT", _seconds, "5", "seconds for one call, retries included"),
    ),
    "Saves and links": (
        Setting(
            "MAX_AUDIO_BYTES",
            parse_int(1, 40 * 1024 * _MIB),
            str(512 * _MIB),
            "largest audio in bytes",
        ),
        Setting(
            "PRESIGNED_URL_TTL", parse_int(1, 604_800), "900", "seconds a presigned URL is valid"
        ),
        Setting(
            "SAVE_LEASE",
            _long_seconds,
            "120",
            "seconds without progress after which a save may be recovered",
        ),
        Setting(
            "CLEANUP_INTERVAL",
            parse_number(0.01, 3600),
            "1",
            "seconds between rounds of the cleanup worker",
        ),
        Setting(
            "RECOVER_INTERVAL",
            parse_number(0.01, 3600),
            "30",
            "seconds between rounds of the recoverer",
        ),
        Setting(
            "SHUTDOWN_TIMEOUT",
            parse_number(0, 3600),
            "25",
            "seconds that running requests have to finish after SIGTERM",
        ),
    ),
    "Limits": (
        Setting("MAX_SAVES", _count, "32", "concurrent saves of a process"),
        Setting("MAX_SAVES_PER_TENANT", _count, "8", "concurrent saves of a tenant"),
        Setting("SAVE_QUEUE", parse_int(0, 10_000), "32", "saves that may wait for a free slot"),
        Setting("SAVE_QUEUE_WAIT", parse_number(0, 60), "0.25", "seconds a save may wait"),
        Setting("MAX_STREAMS", _large_count, "256", "concurrent downloads of a process"),
        Setting("MAX_STREAMS_PER_TENANT", _large_count, "64", "concurrent downloads of a tenant"),
        Setting(
            "DOWNLOAD_MIN_RATE",
            parse_int(1, 1 << 30),
            "16384",
            "bytes per second a client must read, over ten seconds",
        ),
        Setting(
            "QUOTA_OBJECTS", parse_int(0, 1 << 50), "0", "assets a tenant may have; 0 is no limit"
        ),
        Setting(
            "QUOTA_BYTES", parse_int(0, 1 << 60), "0", "bytes a tenant may store; 0 is no limit"
        ),
        Setting("HEADER_TIMEOUT", _seconds, "10", "seconds for a request's header"),
        Setting("BODY_TIMEOUT", _seconds, "30", "seconds for a request's body"),
        Setting(
            "KEEPALIVE_TIMEOUT",
            parse_number(1, 3600),
            "15",
            "seconds an idle connection stays open",
        ),
        Setting(
            "WRITE_TIMEOUT",
            _seconds,
            "10",
            "seconds in which a client must read a KiB per second of a waiting answer",
        ),
        Setting("MAX_CONNECTIONS", _large_count, "1024", "open connections of a process"),
    ),
    "Trust between the services": (
        Setting(
            "INTERNAL_KEY",
            parse_secrets,
            "",
            "the gateway's key at the asset service; two, comma-separated, during rotation",
            secret=True,
        ),
        Setting(
            "GENERATOR_TOKEN",
            parse_secrets,
            "",
            "token that the generator requires; two during rotation",
            secret=True,
        ),
        Setting(
            "ALLOW_UNAUTHENTICATED",
            parse_bool,
            "false",
            "listen beyond loopback without these two",
            old_name="TRUST_EVERYONE_WHO_CAN_CONNECT",
        ),
    ),
    "Gateway": (
        Setting(
            "ASSET_SERVICE_URL",
            parse_base_url,
            "http://127.0.0.1:8000",
            "base URL of the asset service",
        ),
        Setting(
            "API_KEY_SECRET",
            parse_secrets,
            "",
            "keys the digests of API keys; made in `DATA_DIR` if empty; two during rotation",
            secret=True,
        ),
        Setting(
            "JWT_SECRET",
            parse_secrets,
            "",
            "secret of HS256 tokens; two during rotation",
            secret=True,
        ),
        Setting(
            "JWT_JWKS_URL",
            parse_optional_base_url,
            "",
            "URL of the public keys of RS, PS, ES and EdDSA tokens",
        ),
        Setting("JWT_ISSUER", parse_string, "", "required `iss` of tokens"),
        Setting("JWT_AUDIENCE", parse_string, "", "required `aud` of tokens"),
        Setting("JWT_CUSTOMER_CLAIM", parse_string, "customer_id", "claim with the customer's id"),
        Setting("JWT_USER_CLAIM", parse_string, "sub", "claim with the user's id"),
        Setting(
            "JWT_SCOPE_CLAIM",
            parse_string,
            "scope",
            "claim that contains `read` or `write`; a token without it may do both",
        ),
        Setting("READ_RATE", parse_int(1, 1_000_000), "100", "reads per second of a tenant"),
        Setting("WRITE_RATE", parse_int(1, 1_000_000), "20", "writes per second of a tenant"),
        Setting("UPSTREAM_TIMEOUT", _long_seconds, "330", "seconds for a service's answer"),
        Setting(
            "MAX_CONNECTIONS_PER_PEER",
            parse_int(0, 100_000),
            "128",
            "open connections of one client address; 0 is no limit",
        ),
        Setting(
            "TRUSTED_PROXIES",
            parse_networks,
            "127.0.0.0/8,::1/128",
            "networks of reverse proxies, comma-separated, exempt from that limit",
        ),
    ),
    "Generator": (
        Setting(
            "TEMP_FILE_TTL",
            parse_int(1, 1 << 31),
            "86400",
            "seconds until an unsaved temp file is deleted",
        ),
        Setting("TEMP_QUOTA", parse_int(1, 1 << 50), str(10 * 1024 * _MIB), "bytes of temp files"),
        Setting("GENERATOR_QUEUE", _count, "16", "requests that may wait"),
        Setting(
            "GENERATOR_QUEUE_PER_TENANT",
            _count,
            "4",
            "requests of a tenant, the running one included",
        ),
        Setting("GENERATOR_MAX_TEXT", _large_count, "10000", "characters of one text"),
        Setting("GENERATOR_TIMEOUT", _long_seconds, "300", "seconds to speak one text"),
    ),
    "Logging": (
        Setting(
            "LOG_LEVEL",
            parse_choice("DEBUG", "INFO", "WARNING", "ERROR"),
            "INFO",
            "lowest level that is logged",
        ),
        Setting(
            "LOG_FORMAT",
            parse_choice("text", "json"),
            "text",
            "log lines as `text` or `json`",
        ),
    ),
}
SETTINGS = tuple(setting for group in GROUPS.values() for setting in group)
