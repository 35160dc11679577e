"""The contract of the port MetadataRepo."""

import pytest

from audiolib.testing.contracts.metadata_repo_commit import MetadataRepoCommit
from audiolib.testing.contracts.metadata_repo_insert import MetadataRepoInsert
from audiolib.testing.contracts.metadata_repo_page import MetadataRepoPage


@pytest.mark.asyncio
class MetadataRepoContract(MetadataRepoCommit, MetadataRepoInsert, MetadataRepoPage):
    """Override the fixture `repo`: an empty metadata repo."""
