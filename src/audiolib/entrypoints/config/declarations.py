"""Every variable that is read, with its default and its meaning."""

from collections.abc import Callable
from typing import Any

import attrs

from audiolib.entrypoints.config.parsers import (
    a_base_url,
    a_base_url_or_none,
    a_bool,
    a_choice,
    a_number,
    a_path,
    a_string,
    base_urls,
    networks,
    secrets_list,
    whole,
)

MIB = 1024 * 1024


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
    Setting(
        "SIGNING_KEY",
        secrets_list,
        "",
        "signs those links; made in DATA_DIR if empty; two, comma-separated, during rotation",
        True,
    ),
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
    Setting(
        "SOURCE_TIMEOUT", a_number(1, 86_400), "300", "waiting for a source in all, in seconds"
    ),
    Setting(
        "SOURCE_LEAST_RATE", whole(0, 1 << 30), "65536", "bytes a second, after ten; slower is cut"
    ),
    Setting(
        "AUDIO_SOURCE_NETWORKS",
        networks,
        "",
        "where generators may have their addresses, such as `10.0.0.0/8`, by comma; any if empty",
    ),
    Setting("CLEANUP_INTERVAL", a_number(0.01, 3600), "1", "between rounds of the outbox worker"),
    Setting("RECOVER_INTERVAL", a_number(0.01, 3600), "30", "between rounds of the recoverer"),
    Setting("SHUTDOWN_TIMEOUT", a_number(0, 3600), "25", "for running saves to finish at the end"),
    Setting("TEMP_FILE_TTL", whole(1, 1 << 31), "86400", "generator: unsaved files live, seconds"),
    Setting("GENERATOR_QUEUE", whole(1, 10_000), "16", "generator: most requests that may wait"),
    Setting(
        "GENERATOR_QUEUE_PER_TENANT",
        whole(1, 10_000),
        "4",
        "generator: requests of one tenant that may wait or be spoken",
    ),
    Setting("GENERATOR_MAX_TEXT", whole(1, 100_000), "10000", "generator: characters of one text"),
    Setting(
        "GENERATOR_TIMEOUT", a_number(1, 86_400), "300", "generator: seconds to speak one text"
    ),
    Setting(
        "TEMP_QUOTA", whole(1, 1 << 50), str(10 * 1024 * MIB), "generator: bytes of temp files"
    ),
    Setting("MAX_SAVES", whole(1, 10_000), "32", "saves at once, of a process"),
    Setting("MAX_SAVES_PER_TENANT", whole(1, 10_000), "8", "and of one tenant"),
    Setting("SAVE_QUEUE", whole(0, 10_000), "32", "saves that may wait for their turn"),
    Setting("SAVE_QUEUE_WAIT", a_number(0, 60), "0.25", "how long they wait, in seconds"),
    Setting("MAX_STREAMS", whole(1, 100_000), "256", "audio being listened to at once"),
    Setting("MAX_STREAMS_PER_TENANT", whole(1, 100_000), "64", "and by one tenant"),
    Setting(
        "DOWNLOAD_MIN_RATE",
        whole(1, 1 << 30),
        "16384",
        "bytes a second, over ten seconds; a client that reads slower is cut off",
    ),
    Setting("QUOTA_OBJECTS", whole(0, 1 << 50), "0", "assets a tenant may have; 0 is no limit"),
    Setting("QUOTA_BYTES", whole(0, 1 << 60), "0", "bytes they may have; 0 is no limit"),
    Setting("HEADER_TIMEOUT", a_number(0.1, 600), "10", "for a request's header, in seconds"),
    Setting("BODY_TIMEOUT", a_number(0.1, 600), "30", "for a request's body, in seconds"),
    Setting("KEEPALIVE_TIMEOUT", a_number(1, 3600), "15", "seconds an idle connection stays open"),
    Setting(
        "WRITE_TIMEOUT",
        a_number(0.1, 600),
        "10",
        "seconds in which a client must read a KiB a second of an answer that waits",
    ),
    Setting("MAX_CONNECTIONS", whole(1, 100_000), "1024", "open connections of a process"),
    Setting(
        "MAX_CONNECTIONS_PER_PEER",
        whole(0, 100_000),
        "128",
        "gateway: open connections of one client address; 0 is no limit",
    ),
    Setting(
        "TRUSTED_PROXIES",
        networks,
        "127.0.0.0/8,::1/128",
        "gateway: networks of reverse proxies, comma-separated, exempt from that limit",
    ),
    Setting(
        "INTERNAL_KEY",
        secrets_list,
        "",
        "by which the asset service knows its gateway; two, by comma, while one replaces the other",
        True,
    ),
    Setting(
        "GENERATOR_TOKEN",
        secrets_list,
        "",
        "what the generator asks of all who call it; two, by comma, likewise",
        True,
    ),
    Setting(
        "TRUST_EVERYONE_WHO_CAN_CONNECT",
        a_bool,
        "false",
        "listen beyond loopback without these two",
    ),
    Setting("ASSET_SERVICE_URL", a_base_url, "http://127.0.0.1:8000", "gateway: the asset service"),
    Setting(
        "API_KEY_SECRET",
        secrets_list,
        "",
        "keys the digests of API keys; made in DATA_DIR if empty; two during rotation",
        True,
    ),
    Setting(
        "JWT_SECRET", secrets_list, "", "gateway: of HS256 tokens; two, by comma, likewise", True
    ),
    Setting(
        "JWT_JWKS_URL", a_base_url_or_none, "", "gateway: the public keys of RS, PS and ES tokens"
    ),
    Setting("JWT_ISSUER", a_string, "", "gateway: `iss` of the tokens it takes"),
    Setting("JWT_AUDIENCE", a_string, "", "gateway: `aud` of the tokens it takes"),
    Setting("JWT_CUSTOMER_CLAIM", a_string, "customer_id", "gateway: the claim with the customer"),
    Setting("JWT_USER_CLAIM", a_string, "sub", "gateway: the claim with the customer's user"),
    Setting(
        "JWT_SCOPE_CLAIM",
        a_string,
        "scope",
        "gateway: the claim with `read` or `write` among its words; a token without it may do both",
    ),
    Setting("READ_RATE", whole(1, 1_000_000), "100", "gateway: reads a second, of one tenant"),
    Setting("WRITE_RATE", whole(1, 1_000_000), "20", "gateway: writes a second, of one tenant"),
    Setting("UPSTREAM_TIMEOUT", a_number(1, 86_400), "330", "gateway: for an answer, in seconds"),
    Setting("LOG_LEVEL", a_choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "what is logged"),
)
