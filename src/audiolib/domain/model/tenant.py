"""Whose library it is."""

import re

import attrs

from audiolib.domain.model.validation import pattern_errors, raise_if_any

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_MEANING = "1 to 64 of A-Z a-z 0-9 _ - and begin with a letter or digit"


@attrs.frozen(kw_only=True, order=True)
class Tenant:
    """A customer's user: the only way into anything stored.

    Both ids become parts of object keys, so their grammar admits no separator, dot or escape.
    """

    customer_id: str
    user_id: str

    def __attrs_post_init__(self) -> None:
        raise_if_any(
            *pattern_errors("customer_id", self.customer_id, _ID, _MEANING),
            *pattern_errors("user_id", self.user_id, _ID, _MEANING),
        )

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.user_id}"
