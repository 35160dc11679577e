"""The key that signs links to embedded audio."""

import os
import secrets

from audiolib.entrypoints.settings import Settings


def signing_key(settings: Settings) -> bytes:
    """The configured key, or the one in DATA_DIR, made at first use and readable by us alone."""
    if settings.signing_key:
        return settings.signing_key.encode()
    path = settings.data_dir / "signing.key"
    path.parent.mkdir(parents=True, exist_ok=True)
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
    return path.read_bytes()
