"""The process's environment, as the commands find it."""

import logging
import os
import re
from pathlib import Path
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError
from dotenv import dotenv_values

from audiolib.entrypoints.config.parsers import SettingsError
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.request_id import with_request_id

_LONGEST_MESSAGE, _LONGEST_TRACEBACK = 2_000, 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


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


class OneLineFormatter(logging.Formatter):
    """A message can't begin a new line, nor speak to a terminal; only tracebacks have lines. Both
    are cut at a length that no honest one reaches."""

    def formatMessage(  # noqa: N802 - logging's own name
        self, record: logging.LogRecord
    ) -> str:
        message = super().formatMessage(record)
        shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], message[:_LONGEST_MESSAGE])
        return shown + _note_cut(len(message) - _LONGEST_MESSAGE)

    def formatException(  # noqa: N802 - logging's own name
        self, ei: Any
    ) -> str:
        text = super().formatException(ei)
        return text[:_LONGEST_TRACEBACK] + _note_cut(len(text) - _LONGEST_TRACEBACK)


def _note_cut(characters: int) -> str:
    return f"… ({characters} more)" if characters > 0 else ""


def log_to_stderr(level: str) -> None:
    """What the services say of their work. The libraries beneath them are heard from WARNING on:
    below it they log URLs, and some URLs are credentials."""
    handler = logging.StreamHandler()
    handler.addFilter(with_request_id)
    handler.setFormatter(
        OneLineFormatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("audiolib").setLevel(level)
    logging.getLogger("stamina").setLevel(logging.ERROR)
    logging.getLogger("aiohttp.server").addFilter(_is_no_malformed_request)


def _is_no_malformed_request(record: logging.LogRecord) -> bool:
    """aiohttp shows the line that it could not read, and that may be a link with its signature."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
