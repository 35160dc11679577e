"""ApiKeys: API keys from their making to their end."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from audiolib.domain.model.access import ApiKey, ApiKeyToken, Principal, Scope
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.api_key_store import ApiKeyStore


@attrs.frozen(kw_only=True)
class ApiKeys:
    """`peppers` are the installation's secrets: the first digests, all are accepted.

    A key that is used under an older one is digested again under the first, so that the older one
    can be given up once every key has been used.
    """

    store: ApiKeyStore
    peppers: Sequence[bytes] = attrs.field(repr=False)
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
        """Return a new key, and its token, which is never shown again.

        Raises: InvalidRequestError naming `label`, MetadataUnavailableError.
        """
        token, now = ApiKeyToken.new(self.random_bytes), self.now()
        key = ApiKey(
            id=token.id,
            tenant=tenant,
            scope=scope,
            digest=token.digest(self.peppers[0]),
            label=label,
            created_at=now,
            expires_at=None if expires_in is None else now + expires_in,
        )
        await self.store.add(key)
        return key, token

    async def authenticate(self, text: str) -> Principal | None:
        """Whose token it is; None for one that is malformed, unknown, wrong, expired or revoked.

        Raises: MetadataUnavailableError.
        """
        token = ApiKeyToken.parse(text)
        if token is None:
            return None
        key = await self.store.find(token.id)
        newest, *older = digests = [token.digest(pepper) for pepper in self.peppers]
        # Compared in constant time even where there is nothing to compare with.
        stored = "-" * len(newest) if key is None else key.digest
        matching = [hmac.compare_digest(digest, stored) for digest in digests]
        if key is None or not any(matching) or not key.is_active(self.now()):
            return None
        if older and not matching[0]:
            await self.store.replace_digest(key.id, old=stored, new=newest)
        return Principal(tenant=key.tenant, scope=key.scope, key_id=key.id)

    async def revoke(self, key_id: str) -> bool:
        """Revoke a key. Returns: whether there is such a key."""
        return await self.store.revoke(key_id, now=self.now())

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[ApiKey]:
        """Return keys of all tenants ascending by id, revoked and expired ones included."""
        return await self.store.page(after=after, limit=limit)
