"""The contract of the port CleanupOutbox."""

from datetime import UTC, datetime

import attrs
import pytest

from audiolib.domain.model.cleanup import CleanupResult, CleanupState
from audiolib.ports.cleanup_outbox import CleanupOutbox
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.cleanup_outbox_claim import (
    AFTER,
    CleanupOutboxClaim,
    claim,
    cleanup_of,
    saved,
)
from audiolib.testing.contracts.samples import NOW, TENANT, gather, pending, promise, seconds


@pytest.mark.asyncio
class CleanupOutboxContract(CleanupOutboxClaim):
    """Override, over the same, empty documents:

    - the fixture `outbox`: the cleanup outbox;
    - the fixture `repo`: a metadata repo.
    """

    @pytest.mark.parametrize(
        ("state", "next_attempt_at", "error"),
        [
            (CleanupState.DONE, None, None),
            (CleanupState.DEAD, None, "405: the generator refuses"),
            (CleanupState.DUE, AFTER, "no answer: 'é' \"$\""),
        ],
        ids=["done", "dead", "due again"],
    )
    async def test_how_an_attempt_ended_is_written_down(
        self,
        repo: MetadataRepo,
        outbox: CleanupOutbox,
        state: CleanupState,
        next_attempt_at: datetime | None,
        error: str | None,
    ) -> None:
        asset = await saved(repo, promise(NOW))
        (task,) = await claim(outbox)
        result = CleanupResult(task=task, state=state, next_attempt_at=next_attempt_at, error=error)
        assert await outbox.settle([result]) == 1
        settled = attrs.evolve(
            promise(NOW),
            state=state,
            attempts=1,
            next_attempt_at=next_attempt_at,
            last_error=error,
        )
        assert await repo.get(TENANT, asset.id) == attrs.evolve(asset, cleanup=settled)

    async def test_what_is_due_again_is_claimed_when_it_is(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        await saved(repo)
        (task,) = await claim(outbox)
        later = CleanupResult(task=task, state=CleanupState.DUE, next_attempt_at=AFTER)
        await outbox.settle([later])
        assert await claim(outbox, now=AFTER - seconds(0.001)) == []
        (again,) = await claim(outbox, now=AFTER)
        assert again == attrs.evolve(task, attempt=2)

    @pytest.mark.parametrize(
        "state", [CleanupState.DONE, CleanupState.DEAD], ids=lambda state: state.value
    )
    async def test_an_end_is_an_end(
        self, repo: MetadataRepo, outbox: CleanupOutbox, state: CleanupState
    ) -> None:
        await saved(repo)
        (task,) = await claim(outbox)
        await outbox.settle([CleanupResult(task=task, state=state)])
        assert await claim(outbox, now=AFTER + seconds(99_999)) == []

    async def test_a_result_whose_lease_went_to_another_is_void(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        asset = await saved(repo)
        (stale,) = await claim(outbox)
        (current,) = await claim(outbox, now=AFTER, lease_until=AFTER + seconds(120))
        before = await cleanup_of(repo, asset)
        assert await outbox.settle([CleanupResult(task=stale, state=CleanupState.DEAD)]) == 0
        assert await cleanup_of(repo, asset) == before
        assert await outbox.settle([CleanupResult(task=current, state=CleanupState.DONE)]) == 1
        assert await outbox.settle([CleanupResult(task=stale, state=CleanupState.DEAD)]) == 0
        assert (await cleanup_of(repo, asset)).state is CleanupState.DONE

    async def test_a_late_result_counts_while_no_other_claimed(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        """A lease that only the clock ended is still the claimant's."""
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        await saved(repo, promise(long_ago))
        (task,) = await claim(outbox, now=long_ago, lease_until=long_ago + seconds(1))
        assert await outbox.settle([CleanupResult(task=task, state=CleanupState.DONE)]) == 1
        assert await claim(outbox, now=AFTER) == []

    async def test_each_result_counts_for_itself(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        assets = await gather(saved(repo) for _ in range(4))
        tasks = await claim(outbox)
        states = (CleanupState.DONE, CleanupState.DEAD, CleanupState.DONE, CleanupState.DEAD)
        results = [CleanupResult(task=t, state=s) for t, s in zip(tasks, states, strict=True)]
        stale = CleanupResult(task=attrs.evolve(tasks[0], attempt=9), state=CleanupState.DEAD)
        unknown = attrs.evolve(results[0].task, asset_id=pending().id)
        lost = CleanupResult(task=unknown, state=CleanupState.DONE)
        assert await outbox.settle([stale, *results, lost]) == 4
        ends = {task.asset_id: state for task, state in zip(tasks, states, strict=True)}
        for asset in assets:
            assert (await cleanup_of(repo, asset)).state is ends[asset.id]

    async def test_nothing_to_settle_is_no_error(self, outbox: CleanupOutbox) -> None:
        assert await outbox.settle([]) == 0

    async def test_a_dead_promise_is_due_again_when_retried(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        asset = await saved(repo)
        (task,) = await claim(outbox)
        await outbox.settle([CleanupResult(task=task, state=CleanupState.DEAD, error="refused")])
        assert await outbox.retry(asset.id, now=AFTER)
        found = await cleanup_of(repo, asset)
        assert (found.state, found.since) == (CleanupState.DUE, AFTER)
        assert await claim(outbox) == []
        (again,) = await outbox.claim(now=AFTER, lease_until=AFTER + seconds(60), limit=10)
        assert (again.asset_id, again.since) == (asset.id, AFTER)
        assert again.attempt == task.attempt + 1

    async def test_only_a_dead_promise_is_retried(
        self, repo: MetadataRepo, outbox: CleanupOutbox
    ) -> None:
        asset = await saved(repo)
        assert not await outbox.retry(asset.id, now=AFTER)
        assert not await outbox.retry(pending().id, now=AFTER)
        (task,) = await claim(outbox)
        assert not await outbox.retry(asset.id, now=AFTER)
        await outbox.settle([CleanupResult(task=task, state=CleanupState.DONE)])
        assert not await outbox.retry(asset.id, now=AFTER)
