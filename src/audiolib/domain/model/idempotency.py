"""One request, one asset, however often it is sent."""

import hashlib
import json
import re
from collections.abc import Mapping

import attrs

from audiolib.domain.model.validation import PatternRule

CLIENT_KEY = PatternRule(
    pattern=re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII), meaning="1 to 255 of A-Z a-z 0-9 _ -"
)


@attrs.frozen(kw_only=True)
class Idempotency:
    """A tenant's key and what it stands for; the key is None after its save was aborted."""

    key: str | None
    fingerprint: str

    @classmethod
    def of(cls, request: Mapping[str, object], client_key: str | None) -> "Idempotency":
        """The request's own fingerprint is the key where the client names none.

        A fingerprint holds a colon, which no client's key may, so the two never meet.
        """
        canonical = json.dumps(request, sort_keys=True, separators=(",", ":"))
        fingerprint = "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
        return cls(key=client_key or fingerprint, fingerprint=fingerprint)
