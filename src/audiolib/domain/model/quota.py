"""What a tenant may keep, and what it keeps."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from audiolib.domain.model.errors import QuotaExceededError
from audiolib.domain.model.identifiers import AssetId


@attrs.frozen(kw_only=True)
class Usage:
    """Assets and bytes: those that are kept, and those that running saves have reserved."""

    objects: int = 0
    size: int = 0


@attrs.frozen(kw_only=True)
class Quota:
    """The most assets and bytes of one tenant; None is no limit."""

    objects: int | None = None
    size: int | None = None

    @property
    def limits(self) -> bool:
        return self.objects is not None or self.size is not None

    def admits(self, usage: Usage) -> bool:
        """Whether a tenant may have this much."""
        return (self.objects is None or usage.objects <= self.objects) and (
            self.size is None or usage.size <= self.size
        )


@attrs.frozen(kw_only=True)
class Reservation:
    """Room for one asset of `size` bytes, held since then."""

    size: int
    since: datetime


@attrs.frozen(kw_only=True)
class TenantUsage:
    """`version` counts the changes; each change of it is made by comparing and setting."""

    kept: Usage = attrs.field(factory=Usage)
    reserved: Mapping[AssetId, Reservation] = attrs.field(factory=dict)
    version: int = 0

    @property
    def usage(self) -> Usage:
        """Kept and reserved together."""
        held = self.reserved.values()
        return Usage(
            objects=self.kept.objects + len(held),
            size=self.kept.size + sum(reservation.size for reservation in held),
        )

    @property
    def oldest(self) -> datetime | None:
        """Since when the oldest reservation is held."""
        return min((reservation.since for reservation in self.reserved.values()), default=None)

    def reserve(self, asset_id: AssetId, size: int, quota: Quota, now: datetime) -> "TenantUsage":
        """Return the usage with room for this asset instead of its former reservation.

        Raises: QuotaExceededError.
        """
        before = self.reserved.get(asset_id)
        reservation = Reservation(size=size, since=before.since if before else now)
        after = self._next(reserved={**self.reserved, asset_id: reservation})
        if not quota.admits(after.usage):
            raise QuotaExceededError
        return after

    def keep(self, asset_id: AssetId, size: int) -> "TenantUsage":
        """Return the usage with the reservation turned into an asset."""
        if asset_id not in self.reserved:
            return self
        kept = Usage(objects=self.kept.objects + 1, size=self.kept.size + size)
        return attrs.evolve(self.release(asset_id), kept=kept)

    def release(self, asset_id: AssetId) -> "TenantUsage":
        """Its room is free again."""
        if asset_id not in self.reserved:
            return self
        left = {held: room for held, room in self.reserved.items() if held != asset_id}
        return self._next(reserved=left)

    def recounted(self, kept: Usage) -> "TenantUsage":
        return attrs.evolve(self, kept=kept, version=self.version + 1)

    def _next(self, reserved: Mapping[AssetId, Reservation]) -> "TenantUsage":
        return attrs.evolve(self, reserved=reserved, version=self.version + 1)
