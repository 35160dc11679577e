"""The process's environment, as the commands find it."""

import logging
import os
from pathlib import Path

from dotenv import dotenv_values

from audiolib.entrypoints.setting_values import SettingsError
from audiolib.entrypoints.settings import Settings


def settings_here(**overrides: str | None) -> Settings:
    """Settings from `.env` and the environment, the latter winning; options win over both.

    Credentials in `.env` are put where the AWS libraries look for them.
    Raises: SettingsError.
    """
    file = {name: text for name, text in dotenv_values(Path(".env")).items() if text}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        if name in file:
            os.environ.setdefault(name, file[name])
    given = {name: text for name, text in overrides.items() if text is not None}
    return Settings.read({**file, **os.environ, **given})


def settings_at(place: str) -> Settings:
    """Settings of a pair of stores: `embedded`, `servers`, or a file in the form of `.env`, which
    wins over the environment.

    Raises: SettingsError.
    """
    known = {
        "embedded": {"OBJECT_STORE": "filesystem", "METADATA_STORE": "sqlite"},
        "servers": {"OBJECT_STORE": "s3", "METADATA_STORE": "mongodb"},
    }
    if place in known:
        return settings_here(**known[place])
    path = Path(place)
    if not path.is_file():
        raise SettingsError([f"{place} must be embedded, servers, or a file of settings"])
    return settings_here(**dotenv_values(path))


def log_to_stderr(level: str) -> None:
    """What the services say of their work. The libraries beneath them are heard from WARNING on:
    below it they tell URLs, and some of ours are credentials."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("audiolib").setLevel(level)
    logging.getLogger("stamina").setLevel(logging.ERROR)
