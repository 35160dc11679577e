"""Time and ids that a test decides."""

from datetime import UTC, datetime, timedelta

from audiolib.domain.model.identifiers import AssetId


class FakeClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class FakeIds:
    """Asset ids and fences, the same in every run; ids still sort by the clock's time."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._count = 0

    def asset_id(self) -> AssetId:
        self._count += 1
        return AssetId.new(self._clock(), lambda size: self._count.to_bytes(size, "big"))

    def fence(self) -> str:
        self._count += 1
        return f"fence-{self._count}"
