"""AudioSource over HTTP: a generator's temp files."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import attrs
import stamina
from yarl import URL

from audiolib.adapters.http.errors import while_asking, while_reading
from audiolib.adapters.http.pace import Pace
from audiolib.adapters.http.settings import HttpSettings
from audiolib.domain.model.errors import SourceNotFoundError, SourceUnavailableError
from audiolib.domain.model.temp_file import TempFile
from audiolib.ports.audio_source import AudioSource, OpenedAudio

_STRONG_ETAG = re.compile(r'"[!#-~]{0,254}"', re.ASCII)


@attrs.frozen(kw_only=True)
class HttpAudioSource(AudioSource):
    """GET {base}/temp/{name}; tried again only until the first byte."""

    session: aiohttp.ClientSession
    settings: HttpSettings = attrs.field(factory=HttpSettings)

    @asynccontextmanager
    async def open(self, temp_file: TempFile) -> AsyncIterator[OpenedAudio]:
        async with AsyncExitStack() as stack:
            response = await self._answer(temp_file, stack)
            yield OpenedAudio(
                chunks=self._chunks(temp_file, response),
                size=response.content_length,
                etag=_etag(response),
            )

    async def _answer(self, temp_file: TempFile, stack: AsyncExitStack) -> aiohttp.ClientResponse:
        response = None
        async for attempt in stamina.retry_context(
            on=SourceUnavailableError, attempts=self.settings.tries, timeout=30, wait_initial=0.1
        ):
            with attempt, while_asking(temp_file):
                async with asyncio.timeout(
                    self.settings.connect_timeout + self.settings.first_byte_timeout
                ):
                    response = await self.session.get(
                        URL(f"{temp_file.base}/temp/{temp_file.name}", encoded=True),
                        allow_redirects=False,
                    )
                if response.status >= 500:
                    response.close()
                    raise SourceUnavailableError(f"the generator answered {response.status}")
        if response is None:
            raise SourceUnavailableError
        stack.callback(response.close)
        _refuse_untrusted(response, temp_file)
        return response

    async def _chunks(
        self, temp_file: TempFile, response: aiohttp.ClientResponse
    ) -> AsyncIterator[bytes]:
        pace = Pace(self.settings)
        with while_reading(temp_file):
            while chunk := await pace.wait_for(response.content.readany):
                yield chunk


def _etag(response: aiohttp.ClientResponse) -> str | None:
    """None too for a weak one, which no If-Match ever matches (RFC 9110, section 13.1.1)."""
    etag = response.headers.get("ETag", "")
    return etag if _STRONG_ETAG.fullmatch(etag) else None


def _refuse_untrusted(response: aiohttp.ClientResponse, temp_file: TempFile) -> None:
    if response.status in (404, 410):
        raise SourceNotFoundError(f"the generator has no temp file {temp_file.name}")
    headers = response.headers
    if response.status != 200 or "Content-Range" in headers:
        raise SourceUnavailableError(f"the generator answered {response.status}")
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SourceUnavailableError("the generator sent an encoded body")
    if (
        "Content-Length" not in headers
        and headers.get("Transfer-Encoding", "").lower() != "chunked"
    ):
        # Its end could not be told from a connection that broke.
        raise SourceUnavailableError("the generator sent neither a length nor chunks")
