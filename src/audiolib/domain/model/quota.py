"""How much a tenant may keep."""

import attrs


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
