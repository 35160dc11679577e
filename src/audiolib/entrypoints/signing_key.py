"""The key that signs links to embedded audio."""

from audiolib.entrypoints.secret_file import secret_in
from audiolib.entrypoints.settings import Settings


def signing_key(settings: Settings) -> bytes:
    """The configured key, or the one in DATA_DIR."""
    return secret_in(settings.data_dir / "signing.key", given=settings.signing_key)
