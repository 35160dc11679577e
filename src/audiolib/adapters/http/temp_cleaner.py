"""TempCleaner over HTTP."""

import asyncio

import aiohttp
import attrs
from yarl import URL

from audiolib.adapters.http.errors import while_asking
from audiolib.adapters.http.settings import HttpSettings
from audiolib.domain.model.errors import CleanupRefusedError, SourceUnavailableError
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.temp_cleaner import TempCleaner

_GONE = (404, 410)
_NEVER = (400, 401, 403, 405, 412, 422, 501)


@attrs.frozen(kw_only=True)
class HttpTempCleaner(TempCleaner):
    """DELETE {base}/api/cleanup/temp/{name}, with If-Match where an ETag is known."""

    session: aiohttp.ClientSession
    settings: HttpSettings = attrs.field(factory=HttpSettings)

    async def delete(self, temp_file: TempFile, *, etag: str | None) -> None:
        headers = {} if etag is None else {"If-Match": etag}
        url = URL(f"{temp_file.base}/api/cleanup/temp/{temp_file.name}", encoded=True)
        patience = self.settings.connect_timeout + self.settings.first_byte_timeout
        with while_asking(temp_file):
            async with (
                asyncio.timeout(patience),
                self.session.delete(url, headers=headers, allow_redirects=False) as response,
            ):
                status = response.status
        if status in _NEVER:
            raise CleanupRefusedError(f"the generator answered {status}")
        if not 200 <= status < 300 and status not in _GONE:
            raise SourceUnavailableError(f"the generator answered {status}")
