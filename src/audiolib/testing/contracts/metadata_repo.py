"""The contract of the port MetadataRepo."""

import pytest

from audiolib.testing.contracts.metadata_repo_commit import MetadataRepoCommit
from audiolib.testing.contracts.metadata_repo_insert import MetadataRepoInsert
from audiolib.testing.contracts.metadata_repo_outage import MetadataRepoOutage
from audiolib.testing.contracts.metadata_repo_page import MetadataRepoPage


@pytest.mark.asyncio
class MetadataRepoContract(
    MetadataRepoCommit, MetadataRepoInsert, MetadataRepoPage, MetadataRepoOutage
):
    """Override the fixture `repo`: an empty metadata repo; and the context managers `unreachable`,
    `slow` and `full`, which break the backend, as far as it can suffer that."""
