"""The documents in memory that the three ports over them share."""

from collections.abc import Callable, Iterator

from audiolib.domain.documents.asset_document import from_document, to_document
from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant


class MemoryAssets:
    """Documents by id, kept in the shape that the real stores keep, so what does not survive
    the way there and back is lost here too."""

    def __init__(self) -> None:
        self.documents: dict[AssetId, dict[str, object]] = {}

    def read(self, asset_id: AssetId) -> AudioAsset | None:
        document = self.documents.get(asset_id)
        return None if document is None else from_document(document)

    def write(self, asset: AudioAsset) -> None:
        self.documents[asset.id] = to_document(asset)

    def holder(self, tenant: Tenant, key: str | None) -> AudioAsset | None:
        """The asset that holds a tenant's idempotency key."""
        found = self.where(
            lambda asset: asset.tenant == tenant and asset.attempt.idempotency_key == key
        )
        return next(found, None) if key else None

    def held(self, asset_id: AssetId, fence: str, state: AssetState) -> AudioAsset | None:
        """The asset if it is still in this state under this fence."""
        asset = self.read(asset_id)
        ours = asset is not None and asset.is_held(state, fence)
        return asset if ours else None

    def where(self, wanted: Callable[[AudioAsset], bool]) -> Iterator[AudioAsset]:
        """Those that can be read."""
        assets = [readable(document) for document in self.documents.values()]
        return (asset for asset in assets if asset and wanted(asset))


def readable(document: dict[str, object]) -> AudioAsset | None:
    try:
        return from_document(document)
    except UnreadableDocumentError:
        return None
