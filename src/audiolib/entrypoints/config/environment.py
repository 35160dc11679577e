"""The process's environment, as the commands find it."""

import os
from pathlib import Path

from dotenv import dotenv_values

from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.settings import Settings


def read_environment(**overrides: str | None) -> dict[str, str]:
    """Return the variables of `.env` and the environment, the latter winning; overrides win over
    both. Credentials in `.env` are put where the AWS libraries look for them."""
    file = {name: text for name, text in dotenv_values(Path(".env")).items() if text}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        if name in file:
            os.environ.setdefault(name, file[name])
    given = {name: text for name, text in overrides.items() if text is not None}
    return {**file, **os.environ, **given}


def load_profile(place: str) -> Settings:
    """Settings of a pair of stores: `embedded`, `servers`, or a file in the form of `.env`, which
    wins over the environment.

    Raises: SettingsError.
    """
    known = {
        "embedded": {"OBJECT_STORE": "filesystem", "METADATA_STORE": "sqlite"},
        "servers": {"OBJECT_STORE": "s3", "METADATA_STORE": "mongodb"},
    }
    if place in known:
        return Settings.from_env(**known[place])
    path = Path(place)
    if not path.is_file():
        raise SettingsError([f"{place} must be embedded, servers, or a file of settings"])
    return Settings.from_env(**dotenv_values(path))
