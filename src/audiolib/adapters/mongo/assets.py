"""The collection that the three ports over it share, and its grouped writes."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs
from pymongo import ASCENDING, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from audiolib.adapters.mongo.errors import translate_errors
from audiolib.adapters.mongo.server_clock import ServerClock
from audiolib.adapters.shared.group_commit import GroupCommit
from audiolib.domain.documents.asset_document import Document, from_document
from audiolib.domain.documents.schema_upgrade import decode_or_unreadable
from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import MetadataUnavailableError
from audiolib.domain.model.identifiers import AssetId

Filter = dict[str, Any]
Write = InsertOne[Any] | ReplaceOne[Any] | UpdateOne

_DUPLICATE_KEY = 11000
_LATEST = ReadConcern("linearizable")
Patient = Callable[[], AbstractAsyncContextManager[Any]]


@attrs.frozen
class Duplicate:
    """The insert found its id or its idempotency key taken."""


@attrs.frozen
class Done:
    """The insert happened, or the update found what it was to change."""


@attrs.frozen
class Unclear:
    """Some update of the group found nothing to change, maybe this one: read it back."""


Outcome = Duplicate | Done | Unclear


class MongoAssets:
    """`collection` is Motor's or PyMongo's; what is used of it, both have.

    It reads what a majority has confirmed, from the primary: nothing that a failover takes back.
    `patient` opens it once more, for calls that last as long as they take.
    """

    def __init__(self, collection: Any, patient: Patient, clock: ServerClock) -> None:
        self.collection = collection
        self.patient = patient
        self.clock = clock
        self._group = GroupCommit[Write, Outcome](self._write_group)

    def beside(self, name: str) -> Any:
        """Another collection of the database, read and written with the same care."""
        return self.collection.database.get_collection(
            name,
            write_concern=self.collection.write_concern,
            read_concern=self.collection.read_concern,
            read_preference=self.collection.read_preference,
        )

    async def write(self, operation: Write) -> Outcome:
        """One write, sent with whatever else waits to be written."""
        return await self._group.submit(operation)

    async def find_one(self, where: Filter) -> AudioAsset | None:
        with translate_errors():
            document = await self.collection.find_one(where)
        return None if document is None else from_document(document)

    async def find_latest(self, asset_id: AssetId) -> AudioAsset | None:
        """As `find_latest_document`. Raises: UnreadableDocumentError."""
        document = await self.find_latest_document(asset_id)
        return None if document is None else from_document(document)

    async def find_latest_document(self, asset_id: AssetId) -> Document | None:
        """Return the document as a write just before found it, once a majority confirms that.

        What a majority has confirmed otherwise may lag behind what a write finds at the primary.
        """
        latest = self.collection.with_options(read_concern=_LATEST)
        with translate_errors():
            found: Document | None = await latest.find_one({"_id": str(asset_id)})
        return found

    async def documents(
        self,
        where: Filter,
        *,
        sort: list[tuple[str, int]],
        limit: int,
        projection: Filter | None = None,
    ) -> list[Document]:
        with translate_errors():
            cursor = self.collection.find(where, projection).sort(sort).limit(limit)
            found: list[Document] = await cursor.to_list(limit)
        return found

    async def find(
        self, where: Filter, *, sort: list[tuple[str, int]], limit: int
    ) -> list[AudioAsset]:
        """Those that can be read, so that some that can't hold up no others."""
        found = list[AudioAsset]()
        with translate_errors():
            async for document in self.collection.find(where).sort(sort):
                found += readable([document])
                if len(found) >= limit:
                    break
        return found

    async def ascending(self, where: Filter, after: str, limit: int) -> list[AudioAsset]:
        """Return the next documents by id; empty only at the end."""
        while True:
            found = await self.documents(
                where | {"_id": {"$gt": after}}, sort=[("_id", ASCENDING)], limit=limit
            )
            assets = readable(found)
            if assets or len(found) < limit:
                return assets
            after = found[-1]["_id"]

    async def ids(self, where: Filter, limit: int) -> list[str]:
        """The ids of up to `limit` documents."""
        with translate_errors():
            found = await self.collection.find(where, {"_id": 1}).limit(limit).to_list(limit)
        return [document["_id"] for document in found]

    async def close(self) -> None:
        """Wait for the writes that are under way."""
        await self._group.close()

    async def _write_group(self, group: Sequence[Write]) -> Sequence[Outcome]:
        with translate_errors():
            try:
                answer = await self.collection.bulk_write(list(group), ordered=False)
                matched, failures = answer.matched_count, {}
            except BulkWriteError as partly:
                matched = partly.details["nMatched"]
                failures = _failures(partly)
        updates = sum(not isinstance(operation, InsertOne) for operation in group)
        return [
            failures.get(index)
            or (Done() if isinstance(each, InsertOne) or matched == updates else Unclear())
            for index, each in enumerate(group)
        ]


def readable(documents: Iterable[Document]) -> list[AudioAsset]:
    """Their assets, without those that can't be read."""
    read = map(decode_or_unreadable, documents)
    return [each for each in read if isinstance(each, AudioAsset)]


def _failures(partly: BulkWriteError) -> dict[int, Outcome]:
    """Duplicates by their place in the group. Raises: `partly`, when there is more to it."""
    errors = partly.details["writeErrors"]
    if partly.details.get("writeConcernErrors") or any(
        error["code"] != _DUPLICATE_KEY for error in errors
    ):
        raise MetadataUnavailableError("MongoDB did not confirm the write") from partly
    return {error["index"]: Duplicate() for error in errors}
