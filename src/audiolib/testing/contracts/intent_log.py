"""The contract of the port IntentLog."""

from datetime import datetime

import pytest

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.ports.intent_log import IntentLog
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.samples import (
    NOW,
    OTHER_TENANTS,
    TENANT,
    gather,
    pending,
    ready_from,
    seconds,
)

LATER = NOW + seconds(3600)


@pytest.mark.asyncio
class IntentLogContract:
    """Override, over the same, empty documents:

    - the fixture `intents`: the intent log;
    - the fixture `repo`: a metadata repo.
    """

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: a metadata repo without documents")

    @pytest.fixture
    def intents(self) -> IntentLog:
        raise NotImplementedError("override the fixture `intents`: over the documents of `repo`")

    async def test_an_expired_intent_is_aborted(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        intent = await _begun(repo)
        assert await intents.fence_expired(now=LATER, limit=10) == 1
        assert await repo.get(TENANT, intent.id) == intent.aborted(now=LATER)

    async def test_a_lease_that_has_not_ended_is_left_alone(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        intent = await _begun(repo, lease_until=LATER)
        assert await intents.fence_expired(now=LATER - seconds(0.001), limit=10) == 0
        assert await intents.fence_expired(now=LATER, limit=10) == 0
        assert await repo.get(TENANT, intent.id) == intent
        assert await intents.fence_expired(now=LATER + seconds(0.001), limit=10) == 1

    async def test_a_renewed_lease_is_left_alone(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        intent = await _begun(repo)
        until = LATER + seconds(1)
        await repo.renew_lease(TENANT, intent.id, fence=intent.attempt.fence, until=until)
        assert await intents.fence_expired(now=LATER, limit=10) == 0
        assert await repo.commit(TENANT, ready_from(intent))

    async def test_what_is_no_longer_pending_is_left_alone(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        saved, aborted = await _begun(repo), await _begun(repo)
        await repo.commit(TENANT, ready_from(saved))
        await repo.abort(TENANT, aborted.aborted(now=NOW))
        assert await intents.fence_expired(now=LATER, limit=10) == 0
        assert await repo.get(TENANT, saved.id) == ready_from(saved)
        assert await repo.get(TENANT, aborted.id) == aborted.aborted(now=NOW)

    async def test_no_more_than_the_limit_are_aborted_at_a_time(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        await gather(_begun(repo) for _ in range(5))
        counts = [await intents.fence_expired(now=LATER, limit=2) for _ in range(4)]
        assert counts == [2, 2, 1, 0]

    async def test_intents_of_every_tenant_are_aborted(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        begun = [pending(tenant) for tenant in (TENANT, *OTHER_TENANTS)]
        for intent in begun:
            await repo.begin(intent.tenant, intent)
        assert await intents.fence_expired(now=LATER, limit=10) == len(begun)
        for intent in begun:
            assert await repo.get(intent.tenant, intent.id) == intent.aborted(now=LATER)

    async def test_a_fenced_save_can_no_longer_commit_or_renew(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        intent = await _begun(repo)
        await intents.fence_expired(now=LATER, limit=10)
        assert await repo.commit(TENANT, ready_from(intent)) is False
        until = LATER + seconds(60)
        fence = intent.attempt.fence
        assert not await repo.renew_lease(TENANT, intent.id, fence=fence, until=until)
        assert await repo.abort(TENANT, intent.aborted(now=LATER + seconds(1))) is True
        assert await repo.get(TENANT, intent.id) == intent.aborted(now=LATER)

    async def test_a_fenced_saves_key_is_free(self, repo: MetadataRepo, intents: IntentLog) -> None:
        await repo.begin(TENANT, pending(key="k"))
        await intents.fence_expired(now=LATER, limit=10)
        again = pending(key="k")
        assert await repo.begin(TENANT, again) == again

    async def test_of_a_commit_and_a_fence_at_once_one_wins(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        for turn in range(50):
            intent = await _begun(repo)

            async def commit(intent: AudioAsset = intent) -> int:
                return await repo.commit(TENANT, ready_from(intent))

            calls = [commit(), intents.fence_expired(now=LATER, limit=10)]
            answers = await gather(calls if turn % 2 else reversed(calls))
            committed, fenced = answers if turn % 2 else reversed(answers)
            assert committed + fenced == 1
            end = ready_from(intent) if committed else intent.aborted(now=LATER)
            assert await repo.get(TENANT, intent.id) == end

    async def test_recoverers_at_once_abort_each_intent_once(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        await gather(_begun(repo) for _ in range(30))
        counts = await gather(intents.fence_expired(now=LATER, limit=100) for _ in range(4))
        assert sum(counts) == 30
        assert len(await _due(intents, now=LATER, limit=100)) == 30

    async def test_what_was_fenced_is_due_for_its_sweep_at_once(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        intent = await _begun(repo)
        await intents.fence_expired(now=LATER, limit=10)
        assert await _due(intents, now=LATER) == [intent.aborted(now=LATER)]

    async def test_sweeps_come_when_due_and_the_longest_due_first(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        waits = (30, 10, 40, 20)
        aborted = {wait: await _abort(repo, wait) for wait in waits}
        assert await _due(intents, now=NOW + seconds(9.999)) == []
        assert await _due(intents, now=NOW + seconds(10)) == [aborted[10]]
        due = [aborted[10], aborted[20], aborted[30]]
        assert await _due(intents, now=NOW + seconds(35)) == due
        assert await _due(intents, now=NOW + seconds(35), limit=2) == due[:2]

    async def test_only_what_was_aborted_is_swept(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        await _begun(repo)
        saved = await _begun(repo)
        await repo.commit(TENANT, ready_from(saved))
        assert await _due(intents, now=LATER) == []

    async def test_sweeps_of_every_tenant_come(
        self, repo: MetadataRepo, intents: IntentLog
    ) -> None:
        for tenant in OTHER_TENANTS:
            intent = await repo.begin(tenant, pending(tenant))
            await repo.abort(tenant, intent.aborted(now=NOW))
        due = await _due(intents, now=NOW)
        assert {asset.tenant for asset in due} == set(OTHER_TENANTS)

    async def test_a_sweep_is_put_off(self, repo: MetadataRepo, intents: IntentLog) -> None:
        asset = await _abort(repo, 0)
        for _ in range(2):
            await intents.mark_swept(asset, again_at=LATER)
            assert await _due(intents, now=LATER - seconds(0.001)) == []
        (again,) = await _due(intents, now=LATER)
        assert (again.id, again.state) == (asset.id, AssetState.ABORTED)
        assert again.attempt.tombstone is not None
        assert (again.attempt.tombstone.since, again.attempt.tombstone.purge_at) == (NOW, LATER)

    async def test_what_is_forgotten_is_gone(self, repo: MetadataRepo, intents: IntentLog) -> None:
        asset, other = await _abort(repo, 0), await _abort(repo, 0)
        for _ in range(2):
            await intents.mark_swept(asset, again_at=None)
            assert await repo.get(TENANT, asset.id) is None
        assert await _due(intents, now=LATER) == [other]

    @pytest.mark.parametrize("again_at", [None, LATER], ids=["forget", "again"])
    async def test_a_sweep_noted_late_does_nothing(
        self, repo: MetadataRepo, intents: IntentLog, again_at: datetime | None
    ) -> None:
        """What is pending, ready or unknown by now is not touched, whatever the caller saw."""
        intent, saved, unknown = await _begun(repo), await _begun(repo), pending()
        await repo.commit(TENANT, ready_from(saved))
        for asset in (intent, saved, unknown):
            await intents.mark_swept(asset.aborted(now=NOW), again_at=again_at)
        assert await repo.get(TENANT, intent.id) == intent
        assert await repo.get(TENANT, saved.id) == ready_from(saved)
        assert await repo.get(TENANT, unknown.id) is None


async def _begun(
    repo: MetadataRepo, *, lease_until: datetime = LATER - seconds(0.001)
) -> AudioAsset:
    return await repo.begin(TENANT, pending(lease_until=lease_until))


async def _due(intents: IntentLog, *, now: datetime, limit: int = 10) -> list[AudioAsset]:
    return list(await intents.due_sweeps(now=now, limit=limit))


async def _abort(repo: MetadataRepo, wait: int) -> AudioAsset:
    intent = await _begun(repo)
    aborted = intent.aborted(now=NOW, purge_after=seconds(wait))
    assert await repo.abort(TENANT, aborted)
    return aborted
