"""The contract of a metadata repo: commit and abort."""

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.metadata import TEXT, Metadata, Speech
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.metadata_repo_begin import MetadataRepoBegin, others
from audiolib.testing.contracts.samples import (
    METADATA,
    NOW,
    TENANT,
    gather,
    pending,
    ready_from,
    seconds,
    with_other_fence,
)

ODD = 'Zoë\'s "cat" & `dog` 🎧👩‍👩‍👧 你好 שלום e\u0301 \\ %s %00 {$set: {a.b: 1}} -- ; <b> $ .'


class MetadataRepoCommit(MetadataRepoBegin):
    """An intent ends one way, once."""

    async def test_a_commit_puts_the_ready_asset_in_place_with_all_its_fields(
        self, repo: MetadataRepo
    ) -> None:
        intent = await repo.begin(TENANT, pending())
        assert await repo.commit(TENANT, ready_from(intent)) is True
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_a_repeated_commit_says_the_same(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        answers = await gather(repo.commit(TENANT, ready_from(intent)) for _ in range(4))
        assert answers == [True] * 4
        assert await repo.commit(TENANT, ready_from(intent)) is True
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_a_commit_under_another_fence_changes_nothing(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        assert await repo.commit(TENANT, with_other_fence(ready_from(intent))) is False
        assert await repo.get(TENANT, intent.id) == intent

    async def test_a_commit_after_the_abort_changes_nothing(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        await repo.abort(TENANT, intent.aborted(now=NOW))
        assert await repo.commit(TENANT, ready_from(intent)) is False
        assert await repo.get(TENANT, intent.id) == intent.aborted(now=NOW)

    async def test_what_one_attempt_committed_is_not_the_commit_of_another(
        self, repo: MetadataRepo
    ) -> None:
        intent = await repo.begin(TENANT, pending())
        await repo.commit(TENANT, ready_from(intent))
        assert await repo.commit(TENANT, with_other_fence(ready_from(intent))) is False
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_a_commit_without_an_intent_inserts_nothing(self, repo: MetadataRepo) -> None:
        unknown = pending()
        assert await repo.commit(TENANT, ready_from(unknown)) is False
        assert await repo.get(TENANT, unknown.id) is None

    @others
    async def test_another_tenant_neither_commits_nor_aborts(
        self, repo: MetadataRepo, other: Tenant
    ) -> None:
        intent = await repo.begin(TENANT, pending())
        theirs = attrs.evolve(intent, tenant=other)
        for asset in (intent, theirs):
            assert await repo.commit(other, ready_from(asset)) is False
            assert await repo.abort(other, asset.aborted(now=NOW)) is False
        assert await repo.get(TENANT, intent.id) == intent
        assert await repo.get(other, intent.id) is None
        assert await repo.commit(TENANT, ready_from(intent)) is True
        assert await repo.commit(other, ready_from(intent)) is False

    async def test_an_abort_ends_the_intent(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        aborted = intent.aborted(now=NOW + seconds(1), purge_after=seconds(60))
        assert await repo.abort(TENANT, aborted) is True
        assert await repo.get(TENANT, intent.id) == aborted

    async def test_a_repeated_abort_says_the_same(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        assert await repo.abort(TENANT, intent.aborted(now=NOW)) is True
        assert await repo.abort(TENANT, intent.aborted(now=NOW + seconds(5))) is True
        assert await repo.get(TENANT, intent.id) == intent.aborted(now=NOW)

    async def test_an_abort_after_the_commit_changes_nothing(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        await repo.commit(TENANT, ready_from(intent))
        assert await repo.abort(TENANT, intent.aborted(now=NOW)) is False
        assert await repo.get(TENANT, intent.id) == ready_from(intent)

    async def test_an_abort_under_another_fence_changes_nothing(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        assert await repo.abort(TENANT, with_other_fence(intent).aborted(now=NOW)) is False
        assert await repo.get(TENANT, intent.id) == intent

    async def test_an_abort_without_an_intent_inserts_nothing(self, repo: MetadataRepo) -> None:
        unknown = pending()
        assert await repo.abort(TENANT, unknown.aborted(now=NOW)) is False
        assert await repo.get(TENANT, unknown.id) is None

    async def test_of_a_commit_and_an_abort_at_once_one_wins(self, repo: MetadataRepo) -> None:
        for turn in range(50):
            intent = await repo.begin(TENANT, pending())
            calls = [
                repo.commit(TENANT, ready_from(intent)),
                repo.abort(TENANT, intent.aborted(now=NOW)),
            ]
            answers = await gather(calls if turn % 2 else reversed(calls))
            committed, aborted = answers if turn % 2 else reversed(answers)
            assert committed is not aborted
            end = ready_from(intent) if committed else intent.aborted(now=NOW)
            assert await repo.get(TENANT, intent.id) == end

    async def test_of_many_commits_at_once_each_gets_its_own_answer(
        self, repo: MetadataRepo
    ) -> None:
        intents = await gather(repo.begin(TENANT, pending()) for _ in range(64))
        fenced = intents[::3]
        await gather(repo.abort(TENANT, intent.aborted(now=NOW)) for intent in fenced)
        answers = await gather(repo.commit(TENANT, ready_from(intent)) for intent in intents)
        assert answers == [intent not in fenced for intent in intents]
        for intent in intents:
            end = intent.aborted(now=NOW) if intent in fenced else ready_from(intent)
            assert await repo.get(TENANT, intent.id) == end

    async def test_begins_commits_and_aborts_at_once_do_not_mix(self, repo: MetadataRepo) -> None:
        async def live(number: int) -> tuple[AudioAsset, AudioAsset | None]:
            intent = await repo.begin(TENANT, pending())
            if number % 3 == 0:
                assert await repo.commit(TENANT, ready_from(intent))
                return ready_from(intent), await repo.get(TENANT, intent.id)
            if number % 3 == 1:
                assert await repo.abort(TENANT, intent.aborted(now=NOW))
                return intent.aborted(now=NOW), await repo.get(TENANT, intent.id)
            assert not await repo.commit(TENANT, with_other_fence(ready_from(intent)))
            return intent, await repo.get(TENANT, intent.id)

        for wanted, found in await gather(live(number) for number in range(60)):
            assert found == wanted

    async def test_any_text_survives(self, repo: MetadataRepo) -> None:
        odd = Metadata(
            title=ODD,
            description=f"{ODD}\n\ttwo lines\r\n",
            tags=("$gt", "a.b", "'", '"', "{}", "null", "0", "🎧", "日本語", ODD[:64].strip()),
            folder=f"$a.b/{ODD}",
            speech=attrs.evolve(
                METADATA.speech, text=f"{ODD}\n{ODD}", voice="$v.1", voice_name=ODD, model=ODD
            ),
        )
        await self._assert_survives(repo, odd)

    async def test_the_least_there_can_be_survives(self, repo: MetadataRepo) -> None:
        speech = Speech(text="a", voice="v", voice_name="n", model="m", speed=0.25)
        await self._assert_survives(repo, Metadata(title="t", description="", speech=speech))

    async def test_the_longest_text_survives(self, repo: MetadataRepo) -> None:
        speech = attrs.evolve(METADATA.speech, text="ü🎧" * (TEXT.at_most // 2))
        await self._assert_survives(repo, attrs.evolve(METADATA, speech=speech))

    async def _assert_survives(self, repo: MetadataRepo, metadata: Metadata) -> None:
        intent = await repo.begin(TENANT, pending(metadata=metadata))
        assert await repo.get(TENANT, intent.id) == intent
        await repo.commit(TENANT, ready_from(intent))
        found = await repo.get(TENANT, intent.id)
        assert found == ready_from(intent)
        assert found is not None
        assert found.metadata == metadata

    async def test_times_come_back_with_their_zone(self, repo: MetadataRepo) -> None:
        intent = await repo.begin(TENANT, pending())
        held = await repo.get(TENANT, intent.id)
        await repo.commit(TENANT, ready_from(intent))
        found = await repo.get(TENANT, intent.id)
        assert held is not None
        assert found is not None
        assert found.state is AssetState.READY
        times = [
            held.attempt.lease_until,
            found.created_at,
            found.updated_at,
            found.storage.url_expires_at,
            found.cleanup.since,
            found.cleanup.next_attempt_at,
        ]
        assert [time and time.utcoffset() for time in times] == [seconds(0)] * 6
        assert found.created_at == NOW
