"""Records in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from audiolib.adapters.mongo.assets import Filter, MongoAssets
from audiolib.adapters.mongo.errors import translate_errors
from audiolib.adapters.shared.record_collection import Record, RecordCollection


@attrs.frozen(kw_only=True)
class MongoRecords(RecordCollection):
    """A collection of the same database; `due` names the field with a record's due time."""

    assets: MongoAssets
    collection: str
    due: str = ""

    @property
    def _records(self) -> Any:
        return self.assets.beside(self.collection)

    async def get(self, record_id: str) -> Record | None:
        found = await self._find({"_id": record_id}, 1)
        return found[0] if found else None

    async def put_if_version(self, record: Record, expected: int | None) -> bool:
        document = {**record.body, "_id": record.id, "version": record.version}
        with translate_errors():
            if expected is None:
                try:
                    await self._records.insert_one(document)
                except DuplicateKeyError:
                    return False
                return True
            # Version 0.1 wrote API keys without a version.
            versions = [expected, None] if expected == 1 else [expected]
            same = {"_id": record.id, "version": {"$in": versions}}
            answer = await self._records.replace_one(same, document)
        return bool(answer.matched_count)

    async def scan(self, *, after: str, limit: int) -> Sequence[Record]:
        return await self._find({"_id": {"$gt": after}}, limit)

    async def scan_due(self, *, before: datetime, limit: int) -> Sequence[Record]:
        with translate_errors():
            cursor = self._records.find({self.due: {"$lt": before}}).limit(limit)
            return [_record(document) for document in await cursor.to_list(limit)]

    async def _find(self, where: Filter, limit: int) -> list[Record]:
        with translate_errors():
            cursor = self._records.find(where).sort("_id", ASCENDING).limit(limit)
            return [_record(document) for document in await cursor.to_list(limit)]


def _record(document: dict[str, Any]) -> Record:
    body = dict(document)
    return Record(id=body.pop("_id"), version=body.pop("version", 1), body=body)
