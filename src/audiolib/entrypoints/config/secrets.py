"""Secrets that are made where none is configured."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from audiolib.entrypoints.config.settings import Settings


def secrets_in(path: Path, *, given: Sequence[str] = ()) -> tuple[bytes, ...]:
    """Return what is `given`, or the file's content, made at first use and readable by us alone.

    The first of them signs, all of them are accepted.
    """
    if given:
        return tuple(secret.encode() for secret in given)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            # Of two processes that start at once, one wins, and both read its key.
            os.link(fresh, path)
        except FileExistsError:
            pass
        fresh.unlink()
    return (path.read_bytes(),)


def signing_keys(settings: Settings) -> tuple[bytes, ...]:
    """Return the configured keys, or the one in DATA_DIR; the first of them signs."""
    return secrets_in(settings.data_dir / "signing.key", given=settings.signing_keys)
