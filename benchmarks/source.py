"""A generator that sends long WAVs without holding any: `python -m benchmarks.source BYTES`."""

import asyncio
import sys

from aiohttp import web

from audiolib.entrypoints.http.server import bind_socket, serve
from audiolib.testing import wav_header

_BLOCK = bytes(1024 * 1024)


def source(size: int) -> web.Application:
    """Every temp file is a WAV of that many bytes; deleting one succeeds."""

    async def send(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = size
        await response.prepare(request)
        await response.write(wav_header(size - 44))
        left = size - 44
        while left:
            await response.write(_BLOCK[:left])
            left -= min(left, len(_BLOCK))
        return response

    async def delete(_: web.Request) -> web.Response:
        return web.json_response({"success": True})

    app = web.Application()
    app.router.add_get("/temp/{name}", send)
    app.router.add_delete("/api/cleanup/temp/{name}", delete)
    return app


if __name__ == "__main__":
    asyncio.run(serve(source(int(sys.argv[1])), bind_socket("127.0.0.1", 0)))
