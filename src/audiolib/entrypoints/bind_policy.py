"""Where a service may listen, as long as anyone who connects is believed."""

import ipaddress

from audiolib.entrypoints.setting_groups import Trust
from audiolib.entrypoints.setting_values import SettingsError


def refuse_strangers(host: str, trust: Trust, *, known_by: str) -> None:
    """`known_by` is the setting by which the service would know its callers.

    Raises: SettingsError, if it is missing and others than this machine could connect.
    """
    known = {"INTERNAL_KEY": trust.internal_keys, "GENERATOR_TOKEN": trust.generator_tokens}
    if not known[known_by] and not trust.everyone and not _is_loopback(host):
        raise SettingsError(
            [
                f"{known_by} must be given to listen on {host}: without it, whoever can connect is"
                " believed. TRUST_EVERYONE_WHO_CAN_CONNECT=true does so nevertheless"
            ]
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
