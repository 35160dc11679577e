"""Who sends a request, and what they may do with their library."""

import enum

import attrs

from audiolib.domain.model.tenant import Tenant


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
