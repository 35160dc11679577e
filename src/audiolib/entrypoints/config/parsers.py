"""How the text of a setting becomes a value; each reader's ValueError says what it must be."""

import ipaddress
import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from audiolib.domain.model.errors import AudioLibraryError

_BASE_URL = re.compile(
    r"https?://[A-Za-z0-9.\-\[\]:]{1,255}(?:/[A-Za-z0-9._~/-]{0,200})?", re.ASCII
)

_MOST_SECRETS, _SHORTEST_SECRET = 2, 32


class SettingsError(AudioLibraryError):
    """Some settings are bad; `faults` says what each must be."""

    code = "invalid_settings"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def parse_string(text: str) -> str:
    return text


def parse_path(text: str) -> Path:
    return Path(text).expanduser()


def parse_bool(text: str) -> bool:
    values = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in values:
        raise ValueError("true or false")
    return values[text.lower()]


def parse_choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return read


def parse_number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ValueError(f"a number from {least:g} to {most:g}")
        return value

    return read


def parse_int(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def parse_base_url(text: str) -> str:
    if not _BASE_URL.fullmatch(text):
        raise ValueError("an http or https URL without user, query or fragment")
    return text.rstrip("/")


def parse_optional_base_url(text: str) -> str:
    return parse_base_url(text) if text else ""


def parse_base_urls(text: str) -> list[str]:
    return [parse_base_url(part.strip()) for part in text.split(",") if part.strip()]


def parse_networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as bad:
        raise ValueError("networks such as 10.0.0.0/8 or fd00::/8, by comma") from bad


def parse_secrets(text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if len(parts) > _MOST_SECRETS or any(len(part) < _SHORTEST_SECRET for part in parts):
        raise ValueError(f"one or two secrets of at least {_SHORTEST_SECRET} characters, by comma")
    return parts
