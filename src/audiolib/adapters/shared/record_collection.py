"""Small versioned records: what usage and API keys are kept in, whatever the backend."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs


@attrs.frozen(kw_only=True)
class Record:
    """`body` holds JSON values and datetimes; `version` is chosen by the writer."""

    id: str
    version: int
    body: Mapping[str, Any]


class RecordCollection(Protocol):
    """Records of one kind by id, each replaced as a whole.

    Every method sees all that was acknowledged before, and raises MetadataUnavailableError.
    """

    @abstractmethod
    async def get(self, record_id: str) -> Record | None:
        """Return the record, or None."""

    @abstractmethod
    async def put_if_version(self, record: Record, expected: int | None) -> bool:
        """Replace the record whose version is `expected`, or insert it with None; atomic, and
        durable on return.

        Returns: False when there is another version, and then nothing was changed.
        """

    @abstractmethod
    async def scan(self, *, after: str, limit: int) -> Sequence[Record]:
        """Return up to `limit` records, ascending by id; `after` is the last one's, or ""."""

    @abstractmethod
    async def scan_due(self, *, before: datetime, limit: int) -> Sequence[Record]:
        """Return up to `limit` records whose due time is before that, in no order.

        A record is due at the time in the field of its body that the collection was opened with.
        """
