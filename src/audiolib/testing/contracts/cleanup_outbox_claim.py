"""The contract of a cleanup outbox: claim."""

from collections.abc import Sequence
from datetime import datetime

import attrs
import pytest

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.cleanup import Cleanup, CleanupResult, CleanupState, CleanupTask
from audiolib.domain.model.identifiers import AssetId
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.samples import (
    NOW,
    OTHER_TENANTS,
    TENANT,
    gather,
    pending,
    promise,
    ready_from,
    seconds,
)

LEASE_END = NOW + seconds(120)
AFTER = LEASE_END + seconds(0.001)


class CleanupOutboxClaim:
    """Each promise to one claimant at a time."""

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: a metadata repo without documents")

    @pytest.fixture
    def outbox(self) -> CleanupOutbox:
        raise NotImplementedError("override the fixture `outbox`: over the documents of `repo`")

    async def test_a_due_promise_is_claimed_with_all_that_it_takes(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        asset = await saved(repo, promise(NOW))
        assert asset.storage.original is not None
        assert await claim(outbox) == [
            CleanupTask(
                asset_id=asset.id,
                temp_file=asset.storage.original,
                etag='"the-etag"',
                attempt=1,
                since=NOW,
            )
        ]

    async def test_a_promise_without_an_etag_is_claimed_too(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        await saved(repo, Cleanup.due(NOW, None))
        (task,) = await claim(outbox)
        assert task.etag is None

    async def test_a_claim_is_seen_in_the_document(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        asset = await saved(repo)
        await claim(outbox)
        cleanup = await cleanup_of(repo, asset)
        assert cleanup.state is CleanupState.LEASED
        assert (cleanup.attempts, cleanup.lease_until) == (1, LEASE_END)

    async def test_what_is_not_yet_due_waits(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        await saved(repo, promise(NOW))
        assert await claim(outbox, now=NOW - seconds(0.001)) == []
        assert len(await claim(outbox, now=NOW)) == 1

    @pytest.mark.parametrize(
        "state",
        [CleanupState.NONE, CleanupState.SKIPPED, CleanupState.DONE, CleanupState.DEAD],
        ids=lambda state: state.value,
    )
    async def test_what_is_not_promised_is_not_claimed(
        self, repo: MetadataRepo, outbox: CleanupOutbox, state: CleanupState
    ) -> None:
        await saved(repo, attrs.evolve(promise(NOW), state=state))
        await saved(repo, Cleanup(state=state, since=NOW))
        assert await claim(outbox, now=AFTER) == []

    async def test_no_promise_is_made_before_the_commit(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        await repo.begin(TENANT, pending())
        aborted = await repo.begin(TENANT, pending())
        await repo.abort(TENANT, aborted.aborted(now=NOW))
        assert await claim(outbox, now=AFTER) == []

    async def test_a_save_that_was_called_off_keeps_no_promise(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        """Not even when the ready asset is what was called off: its temp file is all there is."""
        intent = await repo.begin(TENANT, pending())
        await repo.abort(TENANT, ready_from(intent).aborted(now=NOW))
        assert await claim(outbox, now=AFTER) == []

    async def test_no_more_than_the_limit_are_claimed_at_a_time(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        assets = await gather(saved(repo) for _ in range(5))
        claims = [await claim(outbox, limit=2) for _ in range(4)]
        assert [len(tasks) for tasks in claims] == [2, 2, 1, 0]
        assert ids_of(claims) == sorted(asset.id for asset in assets)

    @pytest.mark.parametrize("due", [1, 2])
    async def test_due_and_expired_promises_share_the_limit(
        self, repo: MetadataRepo, outbox: CleanupOutbox, due: int
    ) -> None:
        await gather(saved(repo) for _ in range(2))
        await claim(outbox)
        await gather(saved(repo) for _ in range(due))
        later = AFTER + seconds(120)
        claims = [await claim(outbox, now=AFTER, lease_until=later, limit=2) for _ in range(3)]
        assert [len(tasks) for tasks in claims] == [2, due, 0]

    async def test_a_leased_promise_is_claimed_again_only_after_its_lease(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        await saved(repo)
        (first,) = await claim(outbox)
        assert await claim(outbox) == []
        assert await claim(outbox, now=LEASE_END) == []
        (second,) = await claim(outbox, now=AFTER, lease_until=AFTER + seconds(120))
        assert second == attrs.evolve(first, attempt=2)
        assert await claim(outbox, now=AFTER) == []

    async def test_claimants_at_once_get_each_promise_once(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        assets = await gather(saved(repo) for _ in range(40))
        claims = list[Sequence[CleanupTask]]()
        while any(tasks := await gather(claim(outbox, limit=7) for _ in range(8))):
            claims += tasks
        assert ids_of(claims) == sorted(asset.id for asset in assets)
        assert {task.attempt for tasks in claims for task in tasks} == {1}

    async def test_promises_of_every_tenant_are_claimed_and_settled(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        assets = [await saved(repo, tenant=tenant) for tenant in (TENANT, *OTHER_TENANTS)]
        tasks = await claim(outbox)
        assert ids_of([tasks]) == sorted(asset.id for asset in assets)
        results = [CleanupResult(task=task, state=CleanupState.DONE) for task in tasks]
        assert await outbox.settle(results) == len(assets)
        for asset in assets:
            assert (await cleanup_of(repo, asset)).state is CleanupState.DONE


async def saved(
    repo: MetadataRepo, cleanup: Cleanup | None = None, tenant: Tenant = TENANT
) -> AudioAsset:
    intent = await repo.begin(tenant, pending(tenant))
    ready = ready_from(intent, cleanup=cleanup or promise(NOW))
    assert await repo.commit(tenant, ready)
    return ready


async def claim(
    outbox: CleanupOutbox,
    *,
    now: datetime = NOW,
    lease_until: datetime = LEASE_END,
    limit: int = 100,
) -> Sequence[CleanupTask]:
    return list(await outbox.claim(now=now, lease_until=lease_until, limit=limit))


async def cleanup_of(repo: MetadataRepo, asset: AudioAsset) -> Cleanup:
    found = await repo.get(asset.tenant, asset.id)
    assert found is not None
    return found.cleanup


def ids_of(claims: Sequence[Sequence[CleanupTask]]) -> list[AssetId]:
    return sorted(task.asset_id for tasks in claims for task in tasks)
