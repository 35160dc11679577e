"""Whose library it is."""

import re

import attrs

from audiolib.domain.model.validation import PatternRule, declare, field_errors, raise_if_any

TENANT_ID = PatternRule(
    pattern=re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII),
    meaning="1 to 64 of A-Z a-z 0-9 _ - and begin with a letter or digit",
)


@attrs.frozen(kw_only=True, order=True)
class Tenant:
    """A customer's user: the only way into anything stored.

    Both ids become parts of object keys, so their grammar admits no separator, dot or escape.
    """

    customer_id: str = attrs.field(metadata=declare(TENANT_ID))
    user_id: str = attrs.field(metadata=declare(TENANT_ID))

    def __attrs_post_init__(self) -> None:
        raise_if_any(*field_errors(self))

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.user_id}"
