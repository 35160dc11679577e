"""Which JSON Web Tokens are accepted."""

import attrs


@attrs.frozen(kw_only=True)
class JwtSettings:
    """Which tokens the gateway takes, and where they say whose they are."""

    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    jwks_url: str = ""
    issuer: str = ""
    audience: str = ""
    customer_claim: str = "customer_id"
    user_claim: str = "sub"
    scope_claim: str = "scope"
