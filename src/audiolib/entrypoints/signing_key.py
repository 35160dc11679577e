"""The key that signs links to embedded audio."""

from audiolib.entrypoints.secret_file import secrets_in
from audiolib.entrypoints.settings import Settings


def signing_keys(settings: Settings) -> tuple[bytes, ...]:
    """Return the configured keys, or the one in DATA_DIR; the first of them signs."""
    return secrets_in(settings.data_dir / "signing.key", given=settings.signing_keys)
