"""The product with authentication."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.security.site import Site, running_site
from tests.stores import EMBEDDED


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(EMBEDDED, tmp_path) as site:
        yield site
