"""Every adapter keeps the contract of the port MetadataRepo."""

from contextlib import AbstractAsyncContextManager

import pytest

from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts import MetadataRepoContract
from tests.contract.conftest import Broken, MetadataStore


class TestMetadataRepo(MetadataRepoContract):
    @pytest.fixture
    def repo(self, metadata: MetadataStore) -> MetadataRepo:
        self.metadata = metadata
        return metadata.repo

    def unreachable(self) -> AbstractAsyncContextManager[None]:
        return _or_skip(self.metadata.unreachable)

    def slow(self) -> AbstractAsyncContextManager[None]:
        return _or_skip(self.metadata.slow)

    def full(self) -> AbstractAsyncContextManager[None]:
        return _or_skip(self.metadata.full)


def _or_skip(broken: Broken | None) -> AbstractAsyncContextManager[None]:
    if broken is None:
        pytest.skip("this backend can't suffer that")
    return broken()
