"""Who sends a request, what they may do, and the API keys that prove it."""

import enum
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime

import attrs

from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import (
    PatternRule,
    TextRule,
    declare,
    field_errors,
    raise_if_any,
)


class Scope(enum.Enum):
    """`write` includes `read`."""

    READ = "read"
    WRITE = "write"

    def allows(self, needed: "Scope") -> bool:
        return self is Scope.WRITE or needed is Scope.READ


@attrs.frozen(kw_only=True)
class Principal:
    """A tenant whose credential was proven; without a scope they may do nothing.

    `key_id` is the id of the API key; it is empty for other credentials.
    """

    tenant: Tenant
    scope: Scope | None
    key_id: str = ""

    def may(self, needed: Scope) -> bool:
        return self.scope is not None and self.scope.allows(needed)


_ID = PatternRule(pattern=re.compile(r"[0-9a-f]{16}", re.ASCII), meaning="16 of 0-9 a-f")
_LABEL = TextRule(at_least=0, at_most=100)
_TOKEN = re.compile(r"alk_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)


@attrs.frozen(kw_only=True)
class ApiKeyToken:
    """What the caller holds, `alk_{id}_{secret}`: the secret has 256 bits, and is never stored."""

    id: str
    secret: str = attrs.field(repr=False)

    @classmethod
    def new(cls, random_bytes: Callable[[int], bytes]) -> "ApiKeyToken":
        return cls(id=random_bytes(8).hex(), secret=random_bytes(32).hex())

    @classmethod
    def parse(cls, text: str) -> "ApiKeyToken | None":
        """None when the text is no such token."""
        found = _TOKEN.fullmatch(text)
        return found and cls(id=found[1], secret=found[2])

    def to_string(self) -> str:
        """The token in clear, to be shown once."""
        return f"alk_{self.id}_{self.secret}"

    def digest(self, pepper: bytes) -> str:
        """HMAC-SHA-256 under a secret of the installation: who reads the store alone can't even
        test guesses. A secret of 256 random bits needs no slow hash."""
        return hmac.new(pepper, self.to_string().encode(), hashlib.sha256).hexdigest()


@attrs.frozen(kw_only=True)
class ApiKey:
    """One key as it is stored; it works until it expires or is revoked."""

    id: str = attrs.field(metadata=declare(_ID))
    tenant: Tenant
    scope: Scope
    digest: str = attrs.field(repr=False)
    label: str = attrs.field(default="", metadata=declare(_LABEL))
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))

    def is_active(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
