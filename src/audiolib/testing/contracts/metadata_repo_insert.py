"""The contract of a metadata repo: insert, release."""

import attrs
import pytest

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.paging import PageRequest
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.samples import (
    NOW,
    OTHER_TENANTS,
    TENANT,
    gather,
    pending,
    ready_from,
    with_other_fence,
)


def quarantined() -> AudioAsset:
    return attrs.evolve(
        ready_from(pending()).with_attempt(idempotency=None), state=AssetState.QUARANTINED
    )


class MetadataRepoInsert:
    """Whole documents, put in place by operators."""

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: an empty metadata repo")

    async def test_an_inserted_asset_is_there_as_it_is(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        assert await repo.insert(TENANT, ready)
        assert await repo.get(TENANT, ready.id) == ready

    async def test_an_insert_may_be_repeated(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        assert await repo.insert(TENANT, ready)
        assert await repo.insert(TENANT, ready)

    async def test_a_taken_id_is_refused_and_left_alone(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        await repo.insert(TENANT, ready)
        assert not await repo.insert(TENANT, with_other_fence(ready))
        assert await repo.get(TENANT, ready.id) == ready

    async def test_a_taken_id_is_refused_to_one_without_a_key_too(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        await repo.insert(TENANT, ready.with_attempt(idempotency=None))
        keyless = with_other_fence(ready).with_attempt(idempotency=None)
        assert not await repo.insert(TENANT, keyless)
        assert not await repo.insert(TENANT, with_other_fence(ready))

    async def test_a_taken_idempotency_key_is_refused(self, repo: MetadataRepo) -> None:
        first, second = ready_from(pending(key="one")), ready_from(pending(key="one"))
        assert await repo.insert(TENANT, first)
        assert not await repo.insert(TENANT, second)
        assert await repo.get(TENANT, second.id) is None

    async def test_many_without_a_key_do_not_meet(self, repo: MetadataRepo) -> None:
        keyless = [ready_from(pending()).with_attempt(idempotency=None) for _ in range(5)]
        assert all(await gather(repo.insert(TENANT, asset) for asset in keyless))

    async def test_of_racing_inserts_one_wins(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        racers = [ready.with_attempt(fence=f"fence-{n}") for n in range(8)]
        won = await gather(repo.insert(TENANT, racer) for racer in racers)
        assert won.count(True) == 1
        assert await repo.get(TENANT, ready.id) == racers[won.index(True)]

    async def test_what_is_quarantined_is_on_no_page(self, repo: MetadataRepo) -> None:
        asset = quarantined()
        await repo.insert(TENANT, asset)
        assert await repo.get(TENANT, asset.id) == asset
        assert (await repo.page(TENANT, PageRequest())).assets == ()

    async def test_a_quarantined_asset_is_released(self, repo: MetadataRepo) -> None:
        asset = quarantined()
        await repo.insert(TENANT, asset)
        ready = attrs.evolve(asset, state=AssetState.READY)
        assert await repo.release(TENANT, ready)
        assert await repo.release(TENANT, ready)
        assert await repo.get(TENANT, asset.id) == ready

    async def test_only_what_is_quarantined_is_released(self, repo: MetadataRepo) -> None:
        ready = ready_from(pending())
        await repo.insert(TENANT, ready)
        aborted = ready.aborted(now=NOW)
        assert not await repo.release(TENANT, aborted)
        assert not await repo.release(TENANT, ready_from(pending()))
        assert await repo.get(TENANT, ready.id) == ready

    async def test_another_fence_or_tenant_releases_nothing(self, repo: MetadataRepo) -> None:
        asset = quarantined()
        await repo.insert(TENANT, asset)
        ready = attrs.evolve(asset, state=AssetState.READY)
        assert not await repo.release(TENANT, with_other_fence(ready))
        assert not await repo.release(OTHER_TENANTS[0], ready)
        assert await repo.get(TENANT, asset.id) == asset
