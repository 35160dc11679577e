"""An S3 client whose server lists unfinished uploads as MinIO does.

MinIO takes the prefix of ListMultipartUploads for a key, and lists the uploads of that key alone
(https://github.com/minio/minio/issues/20989, which its makers call intended).
"""

from collections.abc import AsyncIterator
from typing import Any

import attrs


@attrs.frozen
class ListsAsMinio:
    """Passes everything on, and leaves out of listings what MinIO leaves out."""

    client: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    async def list_multipart_uploads(self, **how: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.list_multipart_uploads(**how)
        return _exact(answer, how.get("Prefix", ""))

    def get_paginator(self, name: str) -> Any:
        paginator = self.client.get_paginator(name)
        return _Uploads(paginator) if name == "list_multipart_uploads" else paginator


@attrs.frozen
class _Uploads:
    paginator: Any

    async def paginate(self, **how: Any) -> AsyncIterator[dict[str, Any]]:
        async for page in self.paginator.paginate(**how):
            yield _exact(page, how.get("Prefix", ""))


def _exact(page: dict[str, Any], key: str) -> dict[str, Any]:
    return page | {"Uploads": [each for each in page.get("Uploads", ()) if each["Key"] == key]}
