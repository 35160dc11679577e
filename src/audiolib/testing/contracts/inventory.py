"""The contract of the port Inventory."""

from collections.abc import Sequence

import attrs
import pytest

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.cleanup import Cleanup, CleanupState
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.inventory import Inventory
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.raw_documents import RawDocuments, by_another_program
from audiolib.testing.contracts.samples import (
    NOW,
    OTHER_TENANTS,
    TENANT,
    gather,
    new_id,
    pending,
    ready_from,
)

TENANTS = (TENANT, *OTHER_TENANTS)


@pytest.mark.asyncio
class InventoryContract:
    """Override, over the same, empty documents:

    - the fixture `inventory`: the inventory;
    - the fixture `repo`: a metadata repo;
    - the fixture `raw`: `RawDocuments`.
    """

    @pytest.fixture
    def inventory(self) -> Inventory:
        raise NotImplementedError("override the fixture `inventory`: over the documents of `repo`")

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: a metadata repo without documents")

    @pytest.fixture
    def raw(self) -> RawDocuments:
        raise NotImplementedError("override the fixture `raw`: documents as they are stored")

    async def test_an_empty_library_holds_nothing(self, inventory: Inventory) -> None:
        assert list(await inventory.tenants(after=None, limit=10)) == []
        assert list(await inventory.assets(TENANT, after="", limit=10)) == []
        assert await inventory.find(new_id()) is None

    async def test_each_tenant_is_told_once_in_order(
        self, inventory: Inventory, repo: MetadataRepo
    ) -> None:
        await gather(
            repo.insert(tenant, ready_from(pending(tenant))) for tenant in TENANTS for _ in "ab"
        )
        found = list[Tenant]()
        while some := await inventory.tenants(after=found[-1] if found else None, limit=2):
            assert len(some) <= 2
            found += some
        assert found == sorted(TENANTS)

    async def test_a_tenants_documents_come_in_whatever_state_by_id(
        self, inventory: Inventory, repo: MetadataRepo
    ) -> None:
        intents = [pending() for _ in range(4)]
        assets = [
            intents[0],
            intents[1].aborted(now=NOW),
            ready_from(intents[2]),
            attrs.evolve(ready_from(intents[3]), state=AssetState.QUARANTINED),
        ]
        await gather(repo.insert(TENANT, asset) for asset in assets)
        await repo.insert(OTHER_TENANTS[0], pending(OTHER_TENANTS[0]))
        found = list[AudioAsset | Unreadable]()
        while some := await inventory.assets(TENANT, after=_last(found), limit=3):
            assert len(some) <= 3
            found += some
        assert found == sorted(assets, key=lambda asset: asset.id)

    async def test_a_document_that_cannot_be_read_is_named(
        self, inventory: Inventory, repo: MetadataRepo, raw: RawDocuments
    ) -> None:
        strange, good = by_another_program(metadata=None), ready_from(pending())
        await raw.put(strange)
        await repo.insert(TENANT, good)
        found = await inventory.assets(TENANT, after="", limit=10)
        assert good in found
        (unreadable,) = [each for each in found if isinstance(each, Unreadable)]
        assert unreadable.asset_id == strange["_id"]
        assert unreadable.fault

    async def test_a_document_that_cannot_be_read_is_told_from_none(
        self, inventory: Inventory, raw: RawDocuments
    ) -> None:
        strange = by_another_program(metadata=None)
        await raw.put(strange)
        found = await inventory.find(AssetId(strange["_id"]))
        assert isinstance(found, Unreadable)
        assert found.asset_id == strange["_id"]

    async def test_those_in_a_state_are_found_across_tenants(
        self, inventory: Inventory, repo: MetadataRepo
    ) -> None:
        strays = [
            attrs.evolve(ready_from(pending(tenant)), state=AssetState.QUARANTINED)
            for tenant in TENANTS
        ]
        await gather(repo.insert(asset.tenant, asset) for asset in strays)
        await repo.insert(TENANT, ready_from(pending()))
        found = list[AudioAsset]()
        while some := await inventory.in_state(AssetState.QUARANTINED, after=_last(found), limit=2):
            assert len(some) <= 2
            found += some
        assert found == sorted(strays, key=lambda asset: asset.id)

    @pytest.mark.parametrize("state", [CleanupState.DUE, CleanupState.DEAD])
    async def test_promises_in_a_state_are_found_across_tenants(
        self, inventory: Inventory, repo: MetadataRepo, state: CleanupState
    ) -> None:
        cleanup = Cleanup(state=state, attempts=3, since=NOW, next_attempt_at=NOW)
        assets = [ready_from(pending(tenant), cleanup=cleanup) for tenant in TENANTS]
        done = ready_from(pending(), cleanup=Cleanup(state=CleanupState.DONE, since=NOW))
        await gather(repo.insert(asset.tenant, asset) for asset in [*assets, done])
        found = list[AudioAsset]()
        while some := await inventory.with_cleanup(state, after=_last(found), limit=2):
            assert len(some) <= 2
            found += some
        assert found == sorted(assets, key=lambda asset: asset.id)

    async def test_an_asset_is_found_whosever_it_is(
        self, inventory: Inventory, repo: MetadataRepo
    ) -> None:
        asset = pending(OTHER_TENANTS[1])
        await repo.insert(asset.tenant, asset)
        assert await inventory.find(asset.id) == asset


def _last(found: Sequence[AudioAsset | Unreadable]) -> str:
    if not found:
        return ""
    last = found[-1]
    return last.asset_id if isinstance(last, Unreadable) else str(last.id)
