"""Packages that only some backends need."""

from collections.abc import Iterator
from contextlib import contextmanager

from audiolib.entrypoints.config.parsers import SettingsError


@contextmanager
def needs_server_extra(setting: str) -> Iterator[None]:
    """Say what to install, where a backend's packages are missing. Raises: SettingsError."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise SettingsError(
            [f'{setting} needs {missing.name}: pip install ".[server]" in a clone of audiolib']
        ) from missing
