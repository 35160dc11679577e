"""The contract of a metadata repo: page."""

import attrs
import pytest

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.paging import PageRequest, Position
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.metadata_repo_begin import MetadataRepoBegin, others
from audiolib.testing.contracts.samples import (
    NOW,
    TENANT,
    gather,
    new_id,
    pending,
    ready_from,
    seconds,
)


class MetadataRepoPage(MetadataRepoBegin):
    """A library in order, without gaps and repeats."""

    async def test_an_empty_library_has_one_empty_page(self, repo: MetadataRepo) -> None:
        page = await repo.page(TENANT, PageRequest())
        assert (page.assets, page.next_cursor) == ((), None)

    async def test_the_newest_come_first_with_all_their_fields(self, repo: MetadataRepo) -> None:
        saved = await _library(repo, 7)
        page = await repo.page(TENANT, PageRequest())
        assert list(page.assets) == _newest_first(saved)

    async def test_checking_leaves_nothing(self, repo: MetadataRepo) -> None:
        for _ in range(2):
            await repo.check()
            await repo.check_writes()
        assert (await repo.page(TENANT, PageRequest())).assets == ()

    async def test_pages_leave_out_block_checksums(self, repo: MetadataRepo) -> None:
        listed = await _save(repo, pending())
        whole = await repo.get(TENANT, listed.id)
        assert whole is not None
        assert whole.blocks is not None
        (shown,) = (await repo.page(TENANT, PageRequest())).assets
        assert shown.blocks is None

    async def test_only_ready_assets_are_listed(self, repo: MetadataRepo) -> None:
        saved = await _library(repo, 1)
        await repo.begin(TENANT, pending())
        aborted = await repo.begin(TENANT, pending())
        await repo.abort(TENANT, aborted.aborted(now=NOW))
        page = await repo.page(TENANT, PageRequest())
        assert (list(page.assets), page.next_cursor) == (saved, None)

    async def test_what_is_not_ready_takes_no_place_on_a_page(self, repo: MetadataRepo) -> None:
        saved = await _library(repo, 4)
        await gather(repo.begin(TENANT, pending(created_at=NOW + seconds(n))) for n in range(6))
        assert await _walk(repo, limit=2) == [_newest_first(saved)[:2], _newest_first(saved)[2:]]

    @others
    async def test_another_tenants_assets_are_never_listed(
        self, repo: MetadataRepo, other: Tenant
    ) -> None:
        ours = await _library(repo, 3)
        theirs = await _library(repo, 3, tenant=other)
        assert [a for page in await _walk(repo, limit=2) for a in page] == _newest_first(ours)
        page = await repo.page(other, PageRequest())
        assert list(page.assets) == _newest_first(theirs)

    @pytest.mark.parametrize("limit", [1, 2, 3, 6, 11, 12, 13, 100])
    async def test_cursors_lead_through_the_whole_library(
        self, repo: MetadataRepo, limit: int
    ) -> None:
        newest_first = _newest_first(await _library(repo, 12))
        pages = await _walk(repo, limit=limit)
        assert pages == [newest_first[at : at + limit] for at in range(0, 12, limit)]

    @pytest.mark.parametrize(("limit", "more"), [(4, True), (5, False), (6, False)])
    async def test_a_cursor_is_given_exactly_while_something_is_left(
        self, repo: MetadataRepo, limit: int, more: bool
    ) -> None:
        await _library(repo, 5)
        page = await repo.page(TENANT, PageRequest(limit=limit))
        assert (page.next_cursor is not None) is more

    @pytest.mark.parametrize("limit", [1, 2, 5])
    async def test_assets_of_one_moment_are_in_the_order_of_their_ids(
        self, repo: MetadataRepo, limit: int
    ) -> None:
        saved = [await _save(repo, pending(created_at=NOW)) for _ in range(9)]
        walked = [asset for page in await _walk(repo, limit=limit) for asset in page]
        by_id = sorted(saved, key=lambda asset: str(asset.id), reverse=True)
        assert walked == by_id

    async def test_what_is_saved_while_paging_repeats_nothing(self, repo: MetadataRepo) -> None:
        newest_first = _newest_first(await _library(repo, 6))
        first = await repo.page(TENANT, PageRequest(limit=3))
        await _save(repo, pending(created_at=NOW + seconds(9999)))
        assert first.next_cursor is not None
        after = Position.at(first.next_cursor)
        second = await repo.page(TENANT, PageRequest(limit=3, after=after))
        assert [*first.assets, *second.assets] == newest_first
        assert second.next_cursor is None

    async def test_a_position_need_not_be_an_assets(self, repo: MetadataRepo) -> None:
        saved = _newest_first(await _library(repo, 4))
        between = Position(created_at=saved[1].created_at - seconds(0.001), asset_id=new_id())
        page = await repo.page(TENANT, PageRequest(after=between))
        assert list(page.assets) == saved[2:]

    async def test_a_commit_is_listed_at_once(self, repo: MetadataRepo) -> None:
        for _ in range(10):
            saved = await _save(repo, pending(created_at=NOW))
            page = await repo.page(TENANT, PageRequest(limit=100))
            assert saved in page.assets


async def _save(repo: MetadataRepo, intent: AudioAsset) -> AudioAsset:
    """Return the asset as a page shows it."""
    await repo.begin(intent.tenant, intent)
    assert await repo.commit(intent.tenant, ready_from(intent))
    return attrs.evolve(ready_from(intent), blocks=None)


async def _library(repo: MetadataRepo, count: int, tenant: Tenant = TENANT) -> list[AudioAsset]:
    """Assets a second apart, their ids in another order."""
    intents = [
        pending(
            tenant,
            created_at=NOW + seconds(number),
            asset_id=new_id(NOW + seconds(number * 7 % 10)),
        )
        for number in range(count)
    ]
    return await gather(_save(repo, intent) for intent in intents)


def _newest_first(assets: list[AudioAsset]) -> list[AudioAsset]:
    return sorted(assets, key=lambda asset: asset.created_at, reverse=True)


async def _walk(repo: MetadataRepo, *, limit: int) -> list[list[AudioAsset]]:
    pages = list[list[AudioAsset]]()
    request = PageRequest(limit=limit)
    while len(pages) < 100:
        page = await repo.page(TENANT, request)
        pages.append(list(page.assets))
        if page.next_cursor is None:
            return pages
        request = PageRequest(limit=limit, after=Position.at(page.next_cursor))
    raise AssertionError("the cursors lead round in a circle")
