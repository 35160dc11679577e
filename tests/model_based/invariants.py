"""What must hold at every instant, and what must hold in the end."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

from audiolib.adapters.memory import MemoryAssets, MemoryObjectStore
from audiolib.domain.documents.asset_document import from_document
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.cleanup import CleanupState
from audiolib.domain.model.errors import ObjectExistsError, ObjectNotFoundError
from audiolib.domain.model.identifiers import AssetId, ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.objects import StoredObject
from audiolib.domain.model.temp_file import TempFile
from audiolib.domain.streams.hashing import HashedStream
from audiolib.testing import World


class WatchedObjects(MemoryObjectStore):
    """Notes every write, and refuses to let go of what no fence guards."""

    assets: MemoryAssets
    written: Counter[str]
    sent: list[tuple[ObjectKey, bytes]]
    whole: dict[bytes, str]

    async def put(
        self,
        key: ObjectKey,
        content: HashedStream,
        *,
        content_type: str,
        attributes: Mapping[str, str] | None = None,
    ) -> StoredObject:
        stored = await super().put(key, content, content_type=content_type, attributes=attributes)
        self.written[str(key)] += 1
        self.sent.append((key, self.read(key)))
        return stored

    async def deliver_again(self, which: int) -> None:
        """The network delivers an earlier put a second time, late."""
        key, data = self.sent[which % len(self.sent)]
        try:
            stored = await super().put(key, HashedStream(_once(data)), content_type="audio/wav")
        except ObjectExistsError:
            return
        self.written[str(stored.key)] += 1

    async def sweep(self, prefix: ObjectKeyPrefix) -> None:
        asset = self.assets.read(prefix.asset_id)
        state = asset.state if asset else None
        # Garbage is only ever removed by its key, after its document was fenced (I3, I4).
        assert state in (AssetState.ABORTED, None), f"purged the prefix of a {state} asset"
        await super().sweep(prefix)
        for key in [key for key in self.written if key.startswith(f"{prefix}.")]:
            # What comes later under a dead key is garbage, and swept; it can't do harm.
            del self.written[key]

    async def delete(self, key: ObjectKey) -> None:
        raise AssertionError("no save, recovery or cleanup deletes an object but by its prefix")


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


class RememberedAssets(MemoryAssets):
    """A document is never changed in place, so one that was read need not be read again."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[AssetId, tuple[object, AudioAsset]] = {}
        self.volatile: list[tuple[AssetId, dict[str, object]]] = []
        """What a repo wrote without waiting for a majority; ours never does."""

    def fail_over(self) -> None:
        """The server that took the volatile writes is gone, and with it these."""
        while self.volatile:
            asset_id, earlier = self.volatile.pop()
            self.documents[asset_id] = earlier

    def read(self, asset_id: AssetId) -> AudioAsset | None:
        document = self.documents.get(asset_id)
        if document is None:
            return None
        if asset_id not in self._read or self._read[asset_id][0] is not document:
            self._read[asset_id] = (document, from_document(document))
        return self._read[asset_id][1]

    def where(self, wanted: Callable[[AudioAsset], bool]) -> Iterator[AudioAsset]:
        assets = [self.read(asset_id) for asset_id in self.documents]
        return (asset for asset in assets if asset is not None and wanted(asset))


def documents(world: World) -> list[AudioAsset]:
    return list(world.assets.where(lambda _: True))


def ready(world: World) -> list[AudioAsset]:
    return [asset for asset in documents(world) if asset.state is AssetState.READY]


def is_whole(world: World, asset: AudioAsset) -> bool:
    try:
        data = world.objects.read(asset.key)
    except ObjectNotFoundError:
        return False
    assert isinstance(world.objects, WatchedObjects)
    # The fakes keep bytes as they are, so the same value need not be hashed again.
    if data not in world.objects.whole:
        world.objects.whole[data] = hashlib.sha256(data).hexdigest()
    return (len(data), world.objects.whole[data]) == (asset.size, asset.sha256)


def check_always(
    world: World, acknowledged: set[AssetId], generated: dict[TempFile, bytes]
) -> None:
    committed = ready(world)
    for asset in committed:
        assert is_whole(world, asset), f"I1: {asset.id} is ready and not whole"
        assert asset.storage.original is not None
        data = generated[asset.storage.original]
        assert world.objects.read(asset.key) == data, "I1: other bytes were saved"
    assert acknowledged <= {asset.id for asset in committed}, "I1: a 201 is no ready document"
    saved = {asset.storage.original for asset in committed}
    for temp_file in generated.keys() - world.temp_files.files.keys():
        assert temp_file in saved, "I2: a temp file is gone, and nothing was made of it"
    keys = Counter(
        (asset.tenant, asset.attempt.idempotency_key)
        for asset in committed
        if asset.attempt.idempotency
    )
    assert all(count == 1 for count in keys.values()), "I5: one key committed two assets"
    assert isinstance(world.objects, WatchedObjects)
    assert all(count == 1 for count in world.objects.written.values()), "I5: a key written twice"
    for asset in documents(world):
        key = asset.storage.key
        assert key is None or key.prefix == asset.key_prefix, "I7: an object of another tenant"


def check_recovered(world: World, stored: list[str], *, tombstones: bool) -> None:
    """After the faults, a lease and some rounds of the recoverer.

    While there are tombstones, a write that came late may lie under one.
    """
    pending = [asset for asset in documents(world) if asset.state is AssetState.PENDING]
    assert pending == [], "I6: an intent stays pending"
    keys = {str(asset.key) for asset in ready(world)}
    dead = tuple(
        f"{asset.key_prefix}." for asset in documents(world) if asset.state is AssetState.ABORTED
    )
    unexplained = {key for key in stored if not (tombstones and key.startswith(dead))} - keys
    assert unexplained == set(), "I3: an object without a document"
    assert keys <= set(stored), "I1: a ready document without its object"
    ends = (CleanupState.DONE, CleanupState.DEAD, CleanupState.SKIPPED)
    for asset in ready(world):
        assert asset.cleanup.state in ends, f"I6: a cleanup is {asset.cleanup.state}"
