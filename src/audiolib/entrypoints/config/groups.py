"""Settings that belong together, as values of their own; times in seconds, sizes in bytes."""

from ipaddress import IPv4Network, IPv6Network, ip_network

import attrs

from audiolib.adapters.jwt.settings import JwtSettings

Network = IPv4Network | IPv6Network


@attrs.frozen(kw_only=True)
class ConnectionSettings:
    """What a client may cost a server before its request is known.

    `most` connections in all, `most_per_peer` of one address (0 is no limit) that is not in one of
    the networks of `trusted_proxies`.
    """

    header_timeout: float = 10
    body_timeout: float = 30
    keepalive: float = 15
    write_timeout: float = 10
    most: int = 1024
    most_per_peer: int = 0
    trusted_proxies: tuple[Network, ...] = ()


@attrs.frozen(kw_only=True)
class LoadLimits:
    """How much an asset service takes on at once; what is beyond is refused."""

    saves: int = 32
    saves_per_tenant: int = 8
    save_queue: int = 32
    save_queue_wait: float = 0.25
    streams: int = 256
    streams_per_tenant: int = 64
    download_min_rate: int = 16 * 1024


@attrs.frozen(kw_only=True)
class SpeakingLimits:
    """How much a generator takes on; `longest` is in seconds, `longest_text` in characters, `quota`
    the bytes of all temp files."""

    queue: int = 16
    per_tenant: int = 4
    longest_text: int = 10_000
    longest: float = 300
    quota: int = 10 * 1024**3


@attrs.frozen(kw_only=True)
class Trust:
    """By what services know each other: the first key signs and is sent, every one is taken."""

    internal_keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    generator_tokens: tuple[str, ...] = attrs.field(default=(), repr=False)
    everyone: bool = False


@attrs.frozen(kw_only=True)
class GatewaySettings:
    """The gateway's own; rates are requests a second of one tenant."""

    asset_service_url: str = "http://127.0.0.1:8000"
    api_key_secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    jwt: JwtSettings = attrs.field(factory=JwtSettings)
    connections_per_peer: int = 128
    trusted_proxies: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    read_rate: int = 100
    write_rate: int = 20
    upstream_timeout: float = 330
