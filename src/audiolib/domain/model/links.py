"""Links that let their holder read one object until they expire."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import attrs

from audiolib.domain.model.identifiers import ObjectKey

_SECONDS = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


@attrs.frozen(kw_only=True)
class SignedLink:
    """Lets its holder read `key` until `expires_at`, under that type and name."""

    key: ObjectKey
    expires_at: datetime
    content_type: str
    filename: str

    def query(self, secret: bytes) -> str:
        """The URL's query string, signature included."""
        return urlencode(self._parameters() | {"signature": self._signature(secret)})

    @classmethod
    def opened(
        cls, key: str, query: Mapping[str, str], *, secrets: Sequence[bytes], now: datetime
    ) -> "SignedLink | None":
        """The link, or None when it has expired or is not as it was signed."""
        try:
            link = cls(
                key=ObjectKey.parse(key),
                expires_at=_moment(query["expires"]),
                content_type=query["type"],
                filename=query["name"],
            )
            given = query["signature"].encode()
            genuine = any(
                hmac.compare_digest(given, link._signature(secret).encode()) for secret in secrets
            )
        except (KeyError, ValueError, OverflowError, OSError):
            return None
        return link if genuine and now < link.expires_at else None

    def _parameters(self) -> dict[str, str]:
        expires = str(int(self.expires_at.timestamp()))
        return {"expires": expires, "type": self.content_type, "name": self.filename}

    def _signature(self, secret: bytes) -> str:
        # The key's grammar admits no line break, and urlencode leaves none in the rest.
        message = f"GET\n{self.key}\n{urlencode(self._parameters())}"
        return hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()


def _moment(text: str) -> datetime:
    """Whole seconds since 1970, in their one spelling. Raises: ValueError."""
    if not _SECONDS.fullmatch(text):
        raise ValueError("not a number of seconds")
    return datetime.fromtimestamp(int(text), UTC)


@attrs.frozen(kw_only=True)
class PresignedUrl:
    """A link that lets its holder read one object until it expires."""

    url: str = attrs.field(repr=False)
    expires_at: datetime


_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]+", re.ASCII)


def attachment(filename: str) -> str:
    """A Content-Disposition value: an ASCII name for everyone, the true one for who reads it."""
    plain = _UNSAFE.sub("_", filename).strip(" .") or "audio"
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
