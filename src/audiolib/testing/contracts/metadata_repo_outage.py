"""The contract of a metadata repo: what becomes of the backend's failures."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.errors import InsufficientStorageError, MetadataUnavailableError
from audiolib.domain.model.paging import PageRequest
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.broken_backend import BrokenBackend
from audiolib.testing.contracts.metadata_repo_begin import MetadataRepoBegin
from audiolib.testing.contracts.samples import NOW, TENANT, pending, ready_from, seconds

LONGEST_CALL = 30.0
Call = Callable[[MetadataRepo, AudioAsset], Awaitable[object]]

CALLS: dict[str, Call] = {
    "begin": lambda repo, _: repo.begin(TENANT, pending()),
    "renew_lease": lambda repo, intent: repo.renew_lease(
        TENANT, intent.id, fence=intent.attempt.fence, until=NOW + seconds(999)
    ),
    "commit": lambda repo, intent: repo.commit(TENANT, ready_from(intent)),
    "abort": lambda repo, intent: repo.abort(TENANT, intent.aborted(now=NOW)),
    "insert": lambda repo, _: repo.insert(TENANT, ready_from(pending())),
    "release": lambda repo, intent: repo.release(TENANT, ready_from(intent)),
    "get": lambda repo, intent: repo.get(TENANT, intent.id),
    "page": lambda repo, _: repo.page(TENANT, PageRequest()),
    "check": lambda repo, _: repo.check(),
    "check_writes": lambda repo, _: repo.check_writes(),
}


class MetadataRepoOutage(MetadataRepoBegin, BrokenBackend):
    """Only our errors, no call without end, and afterwards all is as it was."""

    @pytest.mark.parametrize("call", CALLS)
    async def test_an_unreachable_backend_is_our_error(self, repo: MetadataRepo, call: str) -> None:
        await self._fails(repo, call, self.unreachable())

    @pytest.mark.parametrize("call", ["begin", "commit", "page"])
    async def test_a_slow_backend_is_our_error_in_time(self, repo: MetadataRepo, call: str) -> None:
        await self._fails(repo, call, self.slow())

    @pytest.mark.parametrize("call", ["begin", "commit", "abort", "insert", "check_writes"])
    async def test_a_full_backend_is_our_error(self, repo: MetadataRepo, call: str) -> None:
        await self._fails(repo, call, self.full())

    async def _fails(
        self, repo: MetadataRepo, call: str, broken: AbstractAsyncContextManager[None]
    ) -> None:
        intent = await repo.begin(TENANT, pending())
        async with broken, asyncio.timeout(LONGEST_CALL):
            with pytest.raises((MetadataUnavailableError, InsufficientStorageError)):
                await CALLS[call](repo, intent)
        # The outcome may be either; a repetition reads it back.
        aborted = call == "abort" and await repo.abort(TENANT, intent.aborted(now=NOW))
        assert await repo.commit(TENANT, ready_from(intent)) is not aborted
        found = await repo.get(TENANT, intent.id)
        assert found is not None
        assert found.state.value == ("aborted" if aborted else "ready")
