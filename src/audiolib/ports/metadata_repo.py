"""Port: the tenants' documents."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.tenant import Tenant


class MetadataRepo(Protocol):
    """Keeps one document an asset; every call sees one tenant's documents only.

    Each write is atomic and durable on return. Every method raises MetadataUnavailableError when
    the store doesn't answer or fails; a write may still have happened, or happen later.
    Every adapter passes `audiolib.testing.contracts.MetadataRepoContract`.
    """

    @abstractmethod
    async def begin(self, tenant: Tenant, intent: AudioAsset) -> AudioAsset:
        """Insert a pending asset, unless its idempotency key is taken.

        Returns: the asset that holds the key: `intent` if it was inserted, else the pending or
        ready asset that came first. A repeated call inserts nothing, not even after an abort:
        it answers with what became of its intent.
        """

    @abstractmethod
    async def renew_lease(
        self, tenant: Tenant, asset_id: AssetId, *, fence: str, until: datetime
    ) -> bool:
        """Extend a pending asset's lease; False when it is no longer pending under this fence."""

    @abstractmethod
    async def commit(self, tenant: Tenant, ready: AudioAsset) -> bool:
        """Replace the pending asset of the same id and fence by `ready`: the commit point.

        Returns: True when `ready` is in place (also if an earlier call put it there); False when
        the pending asset is gone or fenced, and surely not committed.
        """

    @abstractmethod
    async def abort(self, tenant: Tenant, aborted: AudioAsset) -> bool:
        """Replace the pending asset of the same id and fence by `aborted`.

        Its idempotency key is free from then on.

        Returns: True when the asset is aborted now, by any caller; False when it was committed or
        was never there.
        """

    @abstractmethod
    async def insert(self, tenant: Tenant, asset: AudioAsset) -> bool:
        """Put an asset in place as it is, unless its id or its idempotency key is taken.

        Returns: whether it is in place (also if an earlier call put it there).
        """

    @abstractmethod
    async def release(self, tenant: Tenant, asset: AudioAsset) -> bool:
        """Replace the quarantined asset of the same id and fence by `asset`.

        Returns: whether it is in place (also if an earlier call put it there).
        """

    @abstractmethod
    async def get(self, tenant: Tenant, asset_id: AssetId) -> AudioAsset | None:
        """The asset in whatever state, or None; reads what was last written by anyone.

        Raises: UnreadableDocumentError.
        """

    @abstractmethod
    async def page(self, tenant: Tenant, request: PageRequest) -> Page:
        """Ready assets, newest first (by creation time, then id, both descending), without their
        block checksums: those grow with the audio, and only a read of its bytes needs them.

        Documents that can't be read are left out; the inventory names them.
        """

    @abstractmethod
    async def check(self) -> None:
        """Reach the store. Raises: MetadataUnavailableError, saying what is wrong."""

    @abstractmethod
    async def check_writes(self) -> None:
        """Write something and remove it, as durably as anything else; nothing stays.

        Raises: MetadataUnavailableError; InsufficientStorageError.
        """
