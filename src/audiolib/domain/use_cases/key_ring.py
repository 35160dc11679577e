"""KeyRing: API keys from their making to their end."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.api_key import ApiKey, ApiKeyToken
from audiolib.domain.model.principal import Principal, Scope
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.api_key_store import ApiKeyStore


@attrs.frozen(kw_only=True)
class KeyRing:
    """`pepper` is the installation's secret; another one makes every key useless."""

    store: ApiKeyStore
    pepper: bytes = attrs.field(repr=False)
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    async def create(
        self,
        tenant: Tenant,
        scope: Scope = Scope.WRITE,
        *,
        label: str = "",
        expires_in: timedelta | None = None,
    ) -> tuple[ApiKey, ApiKeyToken]:
        """A new key, and the token that nobody can see again.

        Raises: InvalidRequestError naming `label`, MetadataUnavailableError.
        """
        token, now = ApiKeyToken.new(self.random_bytes), self.now()
        key = ApiKey(
            id=token.id,
            tenant=tenant,
            scope=scope,
            digest=token.digest(self.pepper),
            label=label,
            created_at=now,
            expires_at=None if expires_in is None else now + expires_in,
        )
        await self.store.add(key)
        return key, token

    async def authenticate(self, text: str) -> Principal | None:
        """Whose token it is; None for one that is malformed, unknown, wrong, expired or revoked,
        all alike. Raises: MetadataUnavailableError."""
        token = ApiKeyToken.parse(text)
        if token is None:
            return None
        key = await self.store.find(token.id)
        digest = token.digest(self.pepper)
        # Compared in constant time even where there is nothing to compare with.
        same = hmac.compare_digest(digest, "-" * len(digest) if key is None else key.digest)
        if key is None or not same or not key.works(self.now()):
            return None
        return Principal(tenant=key.tenant, scope=key.scope)

    async def revoke(self, key_id: str) -> bool:
        """The key works no more, from now on. Returns: whether there is such a key."""
        return await self.store.revoke(key_id, now=self.now())

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[ApiKey]:
        """Keys of all tenants ascending by id, those that work no more included."""
        return await self.store.page(after=after, limit=limit)
