"""ListenToAudio: the bytes, or a link to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import (
    AssetCorruptError,
    AssetNotFoundError,
    FieldError,
    InvalidRequestError,
    ObjectNotFoundError,
    RangeNotSatisfiableError,
)
from audiolib.domain.model.identifiers import AssetId, ObjectKey
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.objects import ByteRange, Slice
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.streams.verification import verify_blocks, verify_digest, whole_blocks
from audiolib.domain.use_cases.library.browse import BrowseLibrary
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
        """The asset's bytes, or a part of them, as a stream that was checked as it passes.

        Parts of documents by other programs, which have no block checksums, are not checked.

        Raises, on entry or while reading: AssetCorruptError when the object is not what was
        saved. On entry: RangeNotSatisfiableError.
        """
        if asset.blocks is None:
            # A page has none; the document may.
            asset = await self.library.get(asset.tenant, asset.id)
        cut = Slice(start=0, stop=asset.size) if part is None else part.within(asset.size)
        blockwise = asset.blocks is not None and cut.length > 0
        wanted = whole_blocks(cut, asset.size) if blockwise and part is not None else part
        try:
            async with self.store.open(asset.key, wanted) as opened:
                if opened.size != asset.size:
                    raise AssetCorruptError(f"{opened.size} bytes stored, {asset.size} saved")
                chunks = opened.chunks
                if asset.blocks is not None and blockwise:
                    chunks = verify_blocks(chunks, asset.blocks, cut)
                elif part is None and asset.sha256 is not None:
                    chunks = verify_digest(chunks, asset)
                yield OpenedObject(size=opened.size, part=cut, chunks=chunks)
        except ObjectNotFoundError as missing:
            raise AssetCorruptError("the object is missing") from missing
        except RangeNotSatisfiableError as shorter:
            # The asset has this range, as was seen above.
            raise AssetCorruptError(f"{shorter}, {asset.size} were saved") from shorter

    @asynccontextmanager
    async def open_link(
        self, key: ObjectKey, part: ByteRange | None = None
    ) -> AsyncIterator[OpenedObject]:
        """What a link names: checked, while an asset has it; a link outlives its asset's trashing.

        Raises: as `open`; ObjectNotFoundError.
        """
        try:
            asset = await self.library.get(key.prefix.tenant, key.prefix.asset_id)
        except AssetNotFoundError:
            opening = self.store.open(key, part)
        else:
            opening = self.open(asset, part)
        async with opening as opened:
            yield opened

    async def presign(
        self, tenant: Tenant, asset_id: AssetId, expires_in: timedelta | None = None
    ) -> PresignedUrl:
        """A fresh link. Raises: AssetNotFoundError; InvalidRequestError naming `expires_in`."""
        ttl = self.url_ttl if expires_in is None else expires_in
        if not timedelta(seconds=1) <= ttl <= LONGEST_LINK:
            longest = int(LONGEST_LINK.total_seconds())
            message = f"must be 1 to {longest} seconds, not {ttl.total_seconds():g}"
            raise InvalidRequestError(FieldError("expires_in", message))
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
