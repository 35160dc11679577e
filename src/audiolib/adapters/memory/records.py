"""Records in memory."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from audiolib.adapters.shared.record_collection import Record, RecordCollection


@attrs.frozen(kw_only=True)
class MemoryRecords(RecordCollection):
    """A dictionary; each call runs without a pause, so it is atomic."""

    due: str = ""
    records: dict[str, Record] = attrs.field(factory=dict)

    async def get(self, record_id: str) -> Record | None:
        return self.records.get(record_id)

    async def put_if_version(self, record: Record, expected: int | None) -> bool:
        found = self.records.get(record.id)
        if (None if found is None else found.version) != expected:
            return False
        self.records[record.id] = record
        return True

    async def scan(self, *, after: str, limit: int) -> Sequence[Record]:
        return [self.records[name] for name in sorted(self.records) if name > after][:limit]

    async def scan_due(self, *, before: datetime, limit: int) -> Sequence[Record]:
        due = ((record, record.body.get(self.due)) for record in self.records.values())
        return [record for record, at in due if at is not None and at < before][:limit]
