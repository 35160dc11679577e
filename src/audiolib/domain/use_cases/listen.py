"""ListenToAudio: the bytes, or a link to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.byte_range import ByteRange
from audiolib.domain.model.errors import (
    AssetCorruptError,
    FieldFault,
    InvalidRequestError,
    ObjectNotFoundError,
)
from audiolib.domain.model.naming import AssetId
from audiolib.domain.model.stored_object import PresignedUrl
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.browse import BrowseLibrary
from audiolib.ports.object_store import ObjectStore, OpenedObject

LONGEST_LINK = timedelta(days=7)
"""Signature Version 4 signs for no longer."""


@attrs.frozen(kw_only=True)
class ListenToAudio:
    """Reads an asset's audio."""

    library: BrowseLibrary
    store: ObjectStore
    url_ttl: timedelta = timedelta(minutes=15)

    @asynccontextmanager
    async def open(
        self, asset: AudioAsset, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        """The asset's bytes, or a part of them, as a stream.

        Raises: RangeNotSatisfiableError; AssetCorruptError when the object is not what was saved.
        """
        if part is not None:
            part.within(asset.size)
        try:
            async with self.store.open(asset.key, part) as opened:
                if opened.size != asset.size:
                    raise AssetCorruptError(f"{opened.size} bytes stored, {asset.size} saved")
                yield opened
        except ObjectNotFoundError as missing:
            raise AssetCorruptError("the object is missing") from missing

    async def presign(
        self, tenant: Tenant, asset_id: AssetId, expires_in: timedelta | None = None
    ) -> PresignedUrl:
        """A fresh link. Raises: AssetNotFoundError; InvalidRequestError naming `expires_in`."""
        ttl = self.url_ttl if expires_in is None else expires_in
        if not timedelta(seconds=1) <= ttl <= LONGEST_LINK:
            longest = int(LONGEST_LINK.total_seconds())
            message = f"must be 1 to {longest} seconds, not {ttl.total_seconds():g}"
            raise InvalidRequestError(FieldFault("expires_in", message))
        return await self.presign_asset(await self.library.get(tenant, asset_id), ttl)

    async def presign_asset(
        self, asset: AudioAsset, expires_in: timedelta | None = None
    ) -> PresignedUrl:
        """A fresh link to an asset that was looked up already."""
        return await self.store.presign(
            asset.key,
            expires_in=self.url_ttl if expires_in is None else expires_in,
            content_type=asset.content_type or "application/octet-stream",
            filename=asset.filename,
        )
