"""The contract of a metadata repo: begin, renew_lease, get, check."""

import pytest

from audiolib.domain.model.asset import AssetState
from audiolib.domain.model.idempotency import Idempotency
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.samples import (
    NOW,
    OTHER_TENANTS,
    TENANT,
    gather,
    new_id,
    pending,
    ready_from,
    seconds,
)

others = pytest.mark.parametrize("other", OTHER_TENANTS, ids=str)


class MetadataRepoBegin:
    """One asset a key, and a lease on it."""

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: an empty metadata repo")

    async def test_begin_inserts_the_intent(self, repo: MetadataRepo) -> None:
        intent = pending()
        assert await repo.begin(TENANT, intent) == intent
        assert await repo.get(TENANT, intent.id) == intent

    async def test_a_repeated_begin_answers_the_same(self, repo: MetadataRepo) -> None:
        intent = pending()
        await repo.begin(TENANT, intent)
        assert await repo.begin(TENANT, intent) == intent
        assert await repo.get(TENANT, intent.id) == intent

    async def test_a_begin_repeated_all_at_once_inserts_once(self, repo: MetadataRepo) -> None:
        intent = pending()
        answers = await gather(repo.begin(TENANT, intent) for _ in range(16))
        assert answers == [intent] * 16
        assert await repo.commit(TENANT, ready_from(intent))
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_a_begin_that_arrives_again_after_the_commit_changes_nothing(
        self, repo: MetadataRepo
    ) -> None:
        intent = pending()
        await repo.begin(TENANT, intent)
        await repo.commit(TENANT, ready_from(intent))
        assert await repo.begin(TENANT, intent) == ready_from(intent)
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_a_taken_key_answers_with_the_pending_asset_that_holds_it(
        self, repo: MetadataRepo
    ) -> None:
        first, second = pending(key="k"), pending(key="k")
        await repo.begin(TENANT, first)
        assert await repo.begin(TENANT, second) == first
        assert await repo.get(TENANT, first.id) == first
        assert await repo.get(TENANT, second.id) is None

    async def test_a_taken_key_answers_with_the_ready_asset_that_holds_it(
        self, repo: MetadataRepo
    ) -> None:
        first, second = pending(key="k"), pending(key="k")
        await repo.begin(TENANT, first)
        await repo.commit(TENANT, ready_from(first))
        assert await repo.begin(TENANT, second) == ready_from(first)
        assert await repo.get(TENANT, first.id) == ready_from(first)
        assert await repo.get(TENANT, second.id) is None

    async def test_a_key_is_taken_whatever_it_was_used_for(self, repo: MetadataRepo) -> None:
        first, second = pending(key="k"), pending(key="k")
        different = Idempotency(key="k", fingerprint="sha256:" + "f" * 64)
        await repo.begin(TENANT, first)
        assert await repo.begin(TENANT, second.with_attempt(idempotency=different)) == first

    @others
    async def test_another_tenant_has_keys_of_its_own(
        self, repo: MetadataRepo, other: Tenant
    ) -> None:
        ours, theirs = pending(key="k"), pending(other, key="k")
        await repo.begin(TENANT, ours)
        assert await repo.begin(other, theirs) == theirs
        assert await repo.get(TENANT, ours.id) == ours
        assert await repo.get(other, theirs.id) == theirs

    async def test_keys_differ_by_every_character(self, repo: MetadataRepo) -> None:
        intents = [pending(key=key) for key in ("Key", "key", "KEY", "key-", "key_", "ke", "k-y")]
        for intent in intents:
            assert await repo.begin(TENANT, intent) == intent

    async def test_an_aborted_assets_key_is_free(self, repo: MetadataRepo) -> None:
        first, second, third = pending(key="k"), pending(key="k"), pending(key="k")
        await repo.begin(TENANT, first)
        await repo.abort(TENANT, first.aborted(now=NOW))
        assert await repo.begin(TENANT, second) == second
        assert await repo.begin(TENANT, third) == second

    async def test_begins_that_race_under_one_key_agree(self, repo: MetadataRepo) -> None:
        intents = [pending(key="k") for _ in range(32)]
        answers = await gather(repo.begin(TENANT, intent) for intent in intents)
        assert len({asset.id for asset in answers}) == 1
        there = [await repo.get(TENANT, intent.id) for intent in intents]
        assert [asset for asset in there if asset] == answers[:1]

    async def test_begins_under_different_keys_all_land(self, repo: MetadataRepo) -> None:
        intents = [pending() for _ in range(64)]
        assert await gather(repo.begin(TENANT, intent) for intent in intents) == intents
        assert [await repo.get(TENANT, intent.id) for intent in intents] == intents

    async def test_begins_under_many_keys_by_many_tenants_do_not_mix(
        self, repo: MetadataRepo
    ) -> None:
        tenants = (TENANT, *OTHER_TENANTS)
        intents = [
            pending(tenant, key=f"k{n}") for _ in range(3) for n in range(5) for tenant in tenants
        ]
        answers = await gather(repo.begin(intent.tenant, intent) for intent in intents)
        held = {(a.tenant, a.attempt.idempotency_key): a.id for a in answers}
        assert len(held) == len({asset.id for asset in answers}) == 5 * len(tenants)
        for asked, got in zip(intents, answers, strict=True):
            assert (got.tenant, got.attempt.idempotency) == (
                asked.tenant,
                asked.attempt.idempotency,
            )

    async def test_a_lease_is_renewed(self, repo: MetadataRepo) -> None:
        intent, until = pending(), NOW + seconds(999)
        await repo.begin(TENANT, intent)
        assert await repo.renew_lease(TENANT, intent.id, fence=intent.attempt.fence, until=until)
        assert await repo.get(TENANT, intent.id) == intent.with_attempt(lease_until=until)

    async def test_a_renewed_lease_does_not_hinder_the_commit(self, repo: MetadataRepo) -> None:
        intent = pending()
        await repo.begin(TENANT, intent)
        until = NOW + seconds(999)
        await repo.renew_lease(TENANT, intent.id, fence=intent.attempt.fence, until=until)
        assert await repo.commit(TENANT, ready_from(intent))
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    @others
    async def test_a_lease_is_its_holders(self, repo: MetadataRepo, other: Tenant) -> None:
        intent, until = pending(), NOW + seconds(999)
        await repo.begin(TENANT, intent)
        assert not await repo.renew_lease(TENANT, intent.id, fence="wrong", until=until)
        assert not await repo.renew_lease(TENANT, new_id(), fence=intent.attempt.fence, until=until)
        assert not await repo.renew_lease(other, intent.id, fence=intent.attempt.fence, until=until)
        assert await repo.get(TENANT, intent.id) == intent

    @pytest.mark.parametrize("end", [AssetState.READY, AssetState.ABORTED])
    async def test_a_lease_ends_with_the_intent(self, repo: MetadataRepo, end: AssetState) -> None:
        intent = pending()
        await repo.begin(TENANT, intent)
        if end is AssetState.READY:
            await repo.commit(TENANT, ready_from(intent))
        else:
            await repo.abort(TENANT, intent.aborted(now=NOW))
        before = await repo.get(TENANT, intent.id)
        fence, until = intent.attempt.fence, NOW + seconds(999)
        assert not await repo.renew_lease(TENANT, intent.id, fence=fence, until=until)
        assert await repo.get(TENANT, intent.id) == before
        assert before is not None
        assert before.state is end

    async def test_what_is_unknown_is_none(self, repo: MetadataRepo) -> None:
        await repo.begin(TENANT, pending())
        assert await repo.get(TENANT, new_id()) is None

    @others
    async def test_what_another_tenant_has_is_none(self, repo: MetadataRepo, other: Tenant) -> None:
        intent, saved = pending(), pending()
        await repo.begin(TENANT, intent)
        await repo.begin(TENANT, saved)
        await repo.commit(TENANT, ready_from(saved))
        assert await repo.get(other, intent.id) is None
        assert await repo.get(other, saved.id) is None

    async def test_a_repo_that_works_passes_its_check(self, repo: MetadataRepo) -> None:
        await repo.check()

    async def test_a_repeated_begin_revives_nothing(self, repo: MetadataRepo) -> None:
        """It may come late: a write whose answer was lost, and whose save was called off since."""
        intent = await repo.begin(TENANT, pending())
        assert await repo.abort(TENANT, intent.aborted(now=NOW))
        assert (await repo.begin(TENANT, intent)).state is AssetState.ABORTED
        found = await repo.get(TENANT, intent.id)
        assert found is not None
        assert found.state is AssetState.ABORTED
