"""How generators are reached."""

from ipaddress import IPv4Network, IPv6Network

import attrs


@attrs.frozen(kw_only=True)
class HttpSettings:
    """Deadlines in seconds: to connect, to the first byte, between two reads, and for all waiting
    within one source; `least_rate` is bytes a second of that waiting, once it took ten seconds.
    A generator's address must be in one of the `networks`, if there are any."""

    connect_timeout: float = 5
    first_byte_timeout: float = 10
    stall_timeout: float = 10
    total_timeout: float = 300
    least_rate: int = 64 * 1024
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    tries: int = 3
    token: str | None = attrs.field(default=None, repr=False)
