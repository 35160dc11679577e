"""The process's environment, as the commands find it."""

import logging
import os
from pathlib import Path

from dotenv import dotenv_values

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


def log_to_stderr(level: str) -> None:
    """What the services say of their work. The libraries beneath them are heard from WARNING on:
    below it they tell URLs, and some of ours are credentials."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("audiolib").setLevel(level)
    logging.getLogger("stamina").setLevel(logging.ERROR)
