"""A generator of one temp file that answers as it is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Literal

import attrs
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = int | Literal["well", "hang", "reset", "cut", "stall", "lost"]
"""A status; or `cut`: half the body and then a reset; `stall`: half of it, the rest when that is
lifted; `lost`: it does what it is asked, and resets the connection."""


@attrs.define(eq=False)
class Scripted:
    """`reads` and `deletes` answer GET and DELETE in turn; what is deleted is 404 from then on."""

    data: bytes
    etag: str = '"first"'
    reads: Iterator[Answer] = attrs.field(factory=lambda: repeat("well"))
    deletes: Iterator[Answer] = attrs.field(factory=lambda: repeat("well"))
    there: bool = True
    url: str = ""
    asked: Counter[str] = attrs.field(factory=Counter)
    half_sent: asyncio.Event = attrs.field(factory=asyncio.Event)
    lifted: asyncio.Event = attrs.field(factory=asyncio.Event)
    """Ends every hang and every stall; the rest of the body comes then."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/temp/{name}", self.read)
        app.router.add_delete("/api/cleanup/temp/{name}", self.delete)
        return app

    async def read(self, request: web.Request) -> web.StreamResponse:
        self.asked["GET"] += 1
        answer = next(self.reads)
        await self._before(request, answer)
        if isinstance(answer, int) or not self.there:
            return web.Response(status=answer if isinstance(answer, int) else 404)
        response = web.StreamResponse(headers={"ETag": self.etag})
        response.content_length = len(self.data)
        await response.prepare(request)
        half = len(self.data) // 2
        await response.write(self.data[:half])
        if answer == "cut":
            _reset(request)
        elif answer == "stall":
            self.half_sent.set()
            await self.lifted.wait()
        await response.write(self.data[half:])
        return response

    async def delete(self, request: web.Request) -> web.Response:
        self.asked["DELETE"] += 1
        answer = next(self.deletes)
        await self._before(request, answer)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if request.headers.get("If-Match", self.etag) != self.etag:
            return web.Response(status=412)
        there, self.there = self.there, False
        if answer == "lost":
            _reset(request)
        return web.Response(status=200 if there else 404)

    async def _before(self, request: web.Request, answer: Answer) -> None:
        if answer == "reset":
            _reset(request)
        elif answer == "hang":
            await self.lifted.wait()


def _reset(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("as the script says")


@asynccontextmanager
async def scripted(data: bytes) -> AsyncIterator[Scripted]:
    generator = Scripted(data)
    async with TestServer(generator.app()) as server:
        generator.url = str(server.make_url("")).rstrip("/")
        try:
            yield generator
        finally:
            generator.lifted.set()
