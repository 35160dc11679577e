"""A TCP proxy that treats what passes badly; how, can be changed while it runs."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import attrs

from tests.resilience.network.fault import PIECE, Toxic

Way = Literal["to_server", "to_client"]
_AT_ONCE = struct.pack("ii", 1, 0)


class _CutError(Exception):
    """This connection ends here; its argument is whether by a reset."""


@attrs.define(eq=False)
class _Link:
    number: int
    ends: list[asyncio.StreamWriter]
    under: int = 0
    sent: bytes = b""
    """The end of what the client has sent under the toxics of now."""
    passed: Counter[Way] = attrs.field(factory=Counter)

    def cut(self, *, reset: bool) -> None:
        for end in self.ends:
            if reset and not end.is_closing():
                made: socket.socket = end.get_extra_info("socket")
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                end.transport.abort()
            end.close()


@attrs.define(eq=False)
class Proxy:
    """Listens on `port`, and hands on to `server_port`; `cuts` counts what it cut."""

    port: int
    server_port: int
    cuts: int = 0
    _toxics: dict[Way, Toxic] = attrs.field(factory=dict)
    _changes: int = 0
    _changed: asyncio.Event = attrs.field(factory=asyncio.Event)
    _links: int = 0
    _serving: dict[asyncio.Task[None], _Link] = attrs.field(factory=dict)

    def poison(self, **toxics: Toxic) -> None:
        """`to_server` and `to_client`, in the place of what was before; with none, all is well."""
        self._toxics = {"to_server": Toxic(), "to_client": Toxic(), **toxics}
        self._changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links += 1
        link = _Link(self._links, [writer])
        serving = asyncio.create_task(self._serve(link, reader, writer))
        self._serving[serving] = link
        serving.add_done_callback(self._serving.pop)

    async def end(self) -> None:
        serving = dict(self._serving)
        for each, link in serving.items():
            each.cancel()
            link.cut(reset=False)  # a task that never began ends without a word
        await asyncio.gather(*serving, return_exceptions=True)
        ends = [end.wait_closed() for link in serving.values() for end in link.ends]
        await asyncio.gather(*ends, return_exceptions=True)

    async def _serve(
        self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
            link.ends.append(to_server)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(link, "to_server", reader, to_server))
                ways.create_task(self._carry(link, "to_client", from_server, writer))
        except* _CutError as cut:
            self.cuts += 1
            link.cut(reset=any(each.args[0] for each in cut.exceptions))
        except* OSError:
            link.cut(reset=True)  # one end is gone without a word, and so is the other
        finally:
            link.cut(reset=False)

    async def _carry(
        self, link: _Link, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(PIECE):
            toxic = self._striking(link, way, data)
            if toxic.timeout is not None:
                try:
                    await asyncio.wait_for(self._changed.wait(), toxic.timeout)
                except TimeoutError:
                    pass
                raise _CutError(toxic.reset)
            await asyncio.sleep(toxic.latency)
            for start in range(0, len(data), toxic.pieces):
                piece = data[start : start + toxic.pieces]
                if toxic.bandwidth:
                    await asyncio.sleep(len(piece) / toxic.bandwidth)
                left = len(piece)
                if toxic.cut_after is not None:
                    left = toxic.cut_after - link.passed[way]
                    link.passed[way] += len(piece)
                writer.write(piece[:left])
                await writer.drain()
                if left < len(piece):
                    if self._toxics[way] is toxic:
                        self._toxics[way] = toxic.spent()
                    raise _CutError(toxic.reset)
        await asyncio.sleep(self._striking(link, way).slow_close)
        if not writer.is_closing():
            writer.write_eof()

    def _striking(self, link: _Link, way: Way, data: bytes = b"") -> Toxic:
        if link.under != self._changes:
            link.under, link.sent, link.passed = self._changes, b"", Counter()
        if way == "to_server":
            link.sent = (link.sent + data)[-2 * PIECE :]
        toxic = self._toxics.get(way)
        struck = toxic and link.number % toxic.every == 0 and toxic.carrying in link.sent
        return toxic if toxic and struck else Toxic()


@asynccontextmanager
async def proxied(server_port: int) -> AsyncIterator[Proxy]:
    """A proxy before a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = Proxy(listener.getsockname()[1], server_port)
    server = await asyncio.start_server(proxy.accept, sock=listener)
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()
